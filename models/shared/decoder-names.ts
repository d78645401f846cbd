import type { CheckpointName } from '../../dsl/index.ts';

/**
 * transformers' names of a decoder whose parts are called as there: with its head, and bare. They are the same inside an
 * OpenFlamingo checkpoint.
 *
 * @param prefix what the class with the head calls the bare model
 * @param embeddings the part that looks tokens up. A head that is the embeddings may be stored as a copy of them
 */
export function decoderNames(
  prefix: string,
  embeddings: string,
  { tiedHead }: { readonly tiedHead: boolean },
): readonly CheckpointName[] {
  return [
    { ours: 'language.*', theirs: '*' },
    { ours: 'language.*', theirs: `${prefix}.*` },
    ...(tiedHead ? [{ ours: `language.${embeddings}.weight`, theirs: 'lm_head.weight' }] : []),
  ];
}
