import type { DataSource, PrepareContext } from '../../../dsl/index.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { Random } from '../random.ts';
import {
  type InterleavedBatch,
  type InterleavedBatchOptions,
  interleavedBatches,
} from './interleaved-batches.ts';
import { type MaterialOptions, type Materials, mixedFeatures, openMaterials } from './materials.ts';
import type { TextInputs } from './text-data.ts';

/** The inputs of a next-token task over text with pictures, as features of a frozen vision encoder. */
export type InterleavedInputs = TextInputs & {
  readonly features: { readonly dtype: 'float32'; readonly shape: readonly number[] };
};

export type InterleavedDataOptions = Omit<InterleavedBatchOptions, 'tokenizer' | 'kinds'> & MaterialOptions;

/**
 * Episodes of pictures and text: a Flamingo's data. All pictures are encoded once, before the first step.
 *
 * @returns sources that share the pictures: of all kinds of episodes, or of some
 */
export function interleavedData({
  vision,
  weights,
  variants,
  ...options
}: InterleavedDataOptions): (kinds?: readonly EpisodeKind[]) => DataSource<InterleavedInputs> {
  let opened: Promise<Materials> | undefined;
  const open = (context: PrepareContext): Promise<Materials> => {
    opened ??= openMaterials({ vision, weights, variants }, context);
    return opened;
  };
  return (kinds) => {
    let ready: { make: (step: number, seed: number) => InterleavedBatch; materials: Materials } | undefined;
    return {
      async prepare(context) {
        const materials = await open(context);
        const { lexicon, gallery, table, tokenizer } = materials;
        const settings = { tokenizer, ...options, ...(kinds && { kinds }) };
        ready = { make: interleavedBatches(lexicon, gallery, table, settings), materials };
      },
      async batch(step, seed) {
        if (ready === undefined) throw new Error('batches were asked for before they were prepared');
        const { pictures, ...text } = ready.make(step, seed);
        return { ...text, features: await mixedFeatures(pictures, ready.materials, new Random(seed, step)) };
      },
    };
  };
}
