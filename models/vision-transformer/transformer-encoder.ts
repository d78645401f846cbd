import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { grid, type VisionTransformerOptions, visionTransformer } from './vision-transformer.ts';

export type TransformerEncoderOptions = Pick<
  VisionEncoder,
  'family' | 'preprocessing' | 'checkpointNames'
> & {
  /** What the encoder was made with, for the record. */
  readonly options: object;
  readonly sizes: { readonly dim: number; readonly heads: number; readonly inner: number };
  readonly transformer: VisionTransformerOptions;
};

/** A vision transformer as `flamingo` and the other models take it. */
export function transformerEncoder(given: TransformerEncoderOptions): VisionEncoder {
  const { family, options, preprocessing, checkpointNames, sizes, transformer } = given;
  const { image, patch, classToken } = transformer;
  const parts = visionTransformer({ ...sizes, ...transformer });
  return {
    ...{ family, image, dim: sizes.dim, parts, preprocessing, checkpointNames },
    tokens: grid(image, patch) ** 2 + (classToken === 'feature' ? 1 : 0),
    options: { ...options },
    encode: (pixels) => parts(pixels),
  };
}
