import { Tensor } from '../onnx-runtime.ts';

/** What the vision graph made of one image or video: computed once, looked at by every token that follows it. */
export type EncodedMedia = {
  /** [latents, dim] */
  readonly latents: Float32Array;
  /** For each cross-attention block [heads, latents, headDim]. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
};

export type MediaShape = {
  /** Cross-attention blocks. */
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  /** Latents per image. */
  readonly latents: number;
};

/**
 * `media_key.{i}` and `media_value.{i}` [rows, heads, latents, headDim], one row per image in the order given; without
 * images one row of zeros, which no token looks at.
 */
export function mediaFeeds(media: readonly EncodedMedia[], shape: MediaShape): Record<string, Tensor> {
  const { layers, heads, headDim, latents } = shape;
  const size = heads * latents * headDim;
  const rows = Math.max(1, media.length);
  const feeds: Record<string, Tensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const side of ['key', 'value'] as const) {
      const data = new Float32Array(rows * size);
      for (const [row, encoded] of media.entries()) {
        const part = (side === 'key' ? encoded.keys : encoded.values)[layer];
        if (part?.length !== size) {
          throw new Error(
            `an encoded image has ${part?.length} values in layer ${layer} and ${size} are needed`,
          );
        }
        data.set(part, row * size);
      }
      feeds[`media_${side}.${layer}`] = new Tensor('float32', data, [rows, heads, latents, headDim]);
    }
  }
  return feeds;
}
