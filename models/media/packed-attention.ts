import { attention, gather, rearrange, type Tensor, where } from '../../dsl/index.ts';

export interface Packing {
  /** int64 `[rows, chunk]`: which tokens of the flattened `batch*text` look at each image. */
  readonly mediaRows: Tensor;
  /** int64 `[batch, text]`: where each token went. */
  readonly mediaSlots: Tensor;
  /** bool `[batch, text]`: whether a token looks at an image at all. */
  readonly hasMedia: Tensor;
  readonly heads: number;
}

/**
 * Attention of each token to the keys and values of one image: tokens are packed by image, so that work does not grow
 * with the number of images and no mask is needed. Exactly zero for tokens that look at none.
 *
 * @param query `[batch, text, heads*headDim]`
 * @param key, value `[rows, heads, latents, headDim]`, one row an image
 * @returns `[batch, text, heads*headDim]`
 */
export function packedAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { mediaRows, mediaSlots, hasMedia, heads }: Packing,
): Tensor {
  const packed = gather(rearrange(query, 'batch text inner -> (batch text) inner'), mediaRows, 0);
  const { result: attended } = attention(packed, key, value, { heads });
  const unpacked = gather(rearrange(attended, 'rows chunk inner -> (rows chunk) inner'), mediaSlots, 0);
  return where(rearrange(hasMedia, 'batch text -> batch text 1'), unpacked, 0);
}
