import type { Tensor } from '../../dsl/index.ts';
import { byLayer, type CrossAttentionWay, type LatentSizes, takeKeysAndValues } from './cross-attention.ts';
import { gatedCrossAttention, mediaKeysAndValues } from './gated-cross-attention.ts';
import type { LanguageMediaMaker } from './language-graph.ts';

/** A gated cross-attention block on tokens packed by image: what `gatedCrossAttention` takes and gives. */
export type PackedBlock = (
  x: Tensor,
  key: Tensor,
  value: Tensor,
  mediaRows: Tensor,
  mediaSlots: Tensor,
  hasMedia: Tensor,
) => Tensor;

/**
 * Each token looks at the last image at or before it (Flamingo paper, section 2.3), and at nothing before the first one
 * or after an end of document. Tokens are packed by image, so that the work does not grow with the number of images.
 */
export function packedCrossAttention(): CrossAttentionWay<ReturnType<typeof gatedCrossAttention>> {
  return {
    block: gatedCrossAttention,
    media: packedMedia,
    keysAndValues: mediaKeysAndValues,
    facts: packedFacts,
  };
}

/**
 * `media_rows` `[rows, chunk]` lists, for each image, the flat indices of the tokens whose last image it is;
 * `media_slots` `[batch, text]` says where each token went; `has_media` `[batch, text]`, whether it looks at one at all.
 *
 * @param blocks by the layer of the language model that each stands before, ascending
 */
export function packedMedia(
  blocks: ReadonlyMap<number, PackedBlock>,
  sizes: Pick<LatentSizes, 'heads' | 'headDim' | 'latents'>,
): LanguageMediaMaker {
  return (take) => {
    const placed = byLayer(blocks, takeKeysAndValues(take, blocks.size, sizes));
    const mediaRows = take('media_rows', 'int64', ['rows', 'chunk']);
    const mediaSlots = take('media_slots', 'int64', ['batch', 'text']);
    const hasMedia = take('has_media', 'bool', ['batch', 'text']);
    return {
      before(layer, x) {
        const here = placed.get(layer);
        return here ? here.block(x, here.image.key, here.image.value, mediaRows, mediaSlots, hasMedia) : x;
      },
    };
  };
}

/**
 * @param sizes of the blocks; `layers` is their number
 */
export function packedFacts({
  layers,
  heads,
  headDim,
  latents,
  dim,
}: LatentSizes & { readonly layers: number }) {
  return { way: 'packed-cross-attention', layers, heads, headDim, latents, dim };
}
