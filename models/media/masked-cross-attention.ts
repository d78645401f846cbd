import {
  type AnyBlock,
  applyBlock,
  gather,
  rearrange,
  refuseUnknownOptions,
  type Tensor,
} from '../../dsl/index.ts';
import {
  byLayer,
  type CrossAttentionWay,
  type KeysAndValues,
  type LatentSizes,
  takeKeysAndValues,
} from './cross-attention.ts';
import { keyedGatedCrossAttention, mediaKeysAndValues } from './gated-cross-attention.ts';
import type { LanguageMediaMaker } from './language-graph.ts';
import { latentCrossAttention } from './latent-cross-attention.ts';
import { formOf, keysAndValuesOf } from './own-cross-attention.ts';
import { attendsTo, SEEN_PICTURES, type SeenPictures } from './seen-pictures.ts';

export interface MaskedCrossAttentionOptions {
  /** Default `all-previous`. */
  readonly sees?: SeenPictures;
}

/** A gated cross-attention block on several pictures under a mask: what `keyedGatedCrossAttention` takes and gives. */
export type KeyedBlock = (x: Tensor, key: Tensor, value: Tensor, attends: Tensor) => Tensor;

/**
 * Each token sees the pictures that a mask says, and nothing after an end of document up to the next picture; a token
 * that sees none takes exactly nothing from them. Keys and values of a picture are computed once and kept. The work of a
 * token grows with the number of pictures in its text; where each sees one alone, `packedCrossAttention` is the same for
 * less.
 */
export function maskedCrossAttention(
  options: MaskedCrossAttentionOptions = {},
): CrossAttentionWay<ReturnType<typeof keyedGatedCrossAttention>> {
  refuseUnknownOptions(maskedCrossAttention, options, { sees: SEEN_PICTURES });
  const { sees = 'all-previous' } = options;
  return {
    block: keyedGatedCrossAttention,
    media: maskedMedia,
    keysAndValues: mediaKeysAndValues,
    withBlock: (block) => (formOf(block) === 'keyed' ? keyed(sees) : latentCrossAttention(sees)),
    facts: maskedFacts(sees),
  };
}

/** The same of an author's blocks, each with a part `media` that makes keys and values. */
function keyed(sees: SeenPictures): Omit<CrossAttentionWay<AnyBlock>, 'block'> {
  return {
    media: (blocks, sizes) =>
      maskedMedia(new Map([...blocks].map(([layer, block]) => [layer, calling(block)])), sizes),
    keysAndValues: keysAndValuesOf,
    facts: maskedFacts(sees),
  };
}

const calling =
  (block: AnyBlock): KeyedBlock =>
  (x, ...seen) => {
    const [after = x] = applyBlock(block, x, ...seen);
    return after;
  };

const maskedFacts =
  (sees: SeenPictures): CrossAttentionWay['facts'] =>
  ({ layers, heads, headDim, latents, dim }) => ({
    ...{ way: 'masked-cross-attention', layers, heads, headDim, latents, dim },
    sees,
  });

/**
 * `media_rows` `[batch, media]` lists the pictures of each sequence, as rows of `media_key.{i}` and `media_value.{i}`;
 * `media_mask` `[batch, text, media]` says which of them each token sees.
 *
 * @param blocks by the layer of the language model that each stands before, ascending
 */
export function maskedMedia(
  blocks: ReadonlyMap<number, KeyedBlock>,
  sizes: Pick<LatentSizes, 'heads' | 'headDim' | 'latents'>,
): LanguageMediaMaker {
  return (take) => {
    const placed = byLayer(blocks, takeKeysAndValues(take, blocks.size, sizes));
    const rows = take('media_rows', 'int64', ['batch', 'media']);
    const mask = take('media_mask', 'bool', ['batch', 'text', 'media']);
    const attends = attendsTo(mask, sizes.latents);
    return {
      before(layer, x) {
        const here = placed.get(layer);
        if (here === undefined) return x;
        const { key, value } = ofSequences(here.image, rows);
        return here.block(x, key, value, attends);
      },
    };
  };
}

/** Keys and values of each sequence's pictures, `[batch, heads, media*latents, headDim]`. */
function ofSequences({ key, value }: KeysAndValues, rows: Tensor): KeysAndValues {
  const chosen = (all: Tensor) =>
    rearrange(
      gather(all, rows, 0),
      'batch media heads latents headDim -> batch heads (media latents) headDim',
    );
  return { key: chosen(key), value: chosen(value) };
}
