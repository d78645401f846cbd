import { rearrange, type Tensor } from '../../dsl/index.ts';

/**
 * The sizes of a gated cross-attention block, whichever its way of media: widths of the language model and of a latent,
 * heads and their width, width inside the feed-forward.
 */
export interface GatedBlockSizes {
  readonly dim: number;
  readonly vision: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
}

/**
 * The axes of a gated cross-attention block on tokens packed by image: `block('Mine', { ...packedBlockAxes, parts, forward })`.
 *
 * Takes x `[batch, text, dim]`; keys and values `[rows, heads, latents, headDim]`, one row an image; `media_rows`
 * int64 `[rows, chunk]`, which tokens of the flattened `batch*text` look at each row; `media_slots` int64
 * `[batch, text]`, where each token went; `has_media` bool `[batch, text]`, false before the first image, where the
 * attention is exactly zero (what follows it still runs).
 */
export const packedBlockAxes = {
  sizes: ['dim', 'vision', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'rows heads latents headDim',
    'rows heads latents headDim',
    'rows chunk: int64',
    'batch text: int64',
    'batch text: bool',
  ],
  gives: 'batch text dim',
} as const;

/** Keys or values of every image's latents by head: `[images, latents, heads*headDim]` to `[images, heads, latents, headDim]`. */
export function latentsByHead(latents: Tensor, heads: number): Tensor {
  return rearrange(latents, 'images latents (heads headDim) -> images heads latents headDim', { heads });
}
