import { type AnyBlock, applyBlock, gather, rearrange, type Tensor } from '../../dsl/index.ts';
import type { CrossAttentionWay, LatentSizes } from './cross-attention.ts';
import type { LanguageMediaMaker } from './language-graph.ts';
import { attendsTo, type SeenPictures } from './seen-pictures.ts';

/**
 * How a model is run whose cross-attention is a block on the latents themselves, with keys and values of its own making:
 * `takes: ['batch text dim', 'batch places vision', 'batch 1 text places: bool']`. The latents of a picture are computed
 * once and kept; what the block makes of them is computed whenever it is called, for every token that is decoded too.
 */
export function latentCrossAttention(sees: SeenPictures): Omit<CrossAttentionWay<AnyBlock>, 'block'> {
  return {
    media: latentMedia,
    facts: ({ layers, latents, dim }) => ({ way: 'latent-cross-attention', layers, latents, dim, sees }),
  };
}

/**
 * `media_latents` `[rows, latents, dim]` has the latents of pictures, `media_rows` `[batch, media]` the pictures of each
 * sequence, and `media_mask` `[batch, text, media]` says which of them each token sees.
 *
 * @param blocks by the layer of the language model that each stands before, ascending
 */
function latentMedia(
  blocks: ReadonlyMap<number, AnyBlock>,
  { latents, dim }: LatentSizes,
): LanguageMediaMaker {
  return (take) => {
    const all = take('media_latents', 'float32', ['rows', latents, dim]);
    const rows = take('media_rows', 'int64', ['batch', 'media']);
    const mask = take('media_mask', 'bool', ['batch', 'text', 'media']);
    const seen = rearrange(gather(all, rows, 0), 'batch media latents dim -> batch (media latents) dim');
    const attends = attendsTo(mask, latents);
    return { before: (layer, x) => lookAt(blocks.get(layer), x, seen, attends) };
  };
}

function lookAt(block: AnyBlock | undefined, x: Tensor, ...seen: readonly Tensor[]): Tensor {
  const [after = x] = block === undefined ? [] : applyBlock(block, x, ...seen);
  return after;
}
