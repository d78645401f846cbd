import { type CheckedOptions, checkOptions, type KnownOptions } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { HALF } from '../shared/half-pixels.ts';
import type { VisionEncoder, WidthOf } from '../shared/vision-encoder.ts';
import { ENCODER_SIZES } from '../vision-transformer/encoder-sizes.ts';
import { transformerEncoder } from '../vision-transformer/transformer-encoder.ts';
import { siglipNames } from './siglip-names.ts';

export interface SiglipOptions {
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** Height and width of a patch in pixels; what is left of a picture whose side it does not divide is not seen. */
  readonly patch: number;
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  /** Default `gelu-tanh`. */
  readonly activation?: Activation;
  /** Of all norms; default 1e-6. */
  readonly epsilon?: number;
  /** Whether the features are those after the last norm; default true. LLaVA takes them before it. */
  readonly finalNorm?: boolean;
}

const KNOWN: KnownOptions<SiglipOptions> = {
  ...ENCODER_SIZES,
  activation: ACTIVATIONS,
  epsilon: 'a number',
  finalNorm: 'true or false',
};

/** Published sizes, of SigLIP and of SigLIP 2 for pictures of one size. */
export const siglipSizes = {
  'b/16': { image: 224, patch: 16, dim: 768, layers: 12, heads: 12 },
  'b/16-384': { image: 384, patch: 16, dim: 768, layers: 12, heads: 12 },
  'l/16-256': { image: 256, patch: 16, dim: 1024, layers: 24, heads: 16 },
  'so400m/14': { image: 224, patch: 14, dim: 1152, layers: 27, heads: 16, inner: 4304 },
  'so400m/14-384': { image: 384, patch: 14, dim: 1152, layers: 27, heads: 16, inner: 4304 },
} as const satisfies Readonly<Record<string, SiglipOptions>>;

/** What SigLIP's pictures have: values from -1 to 1. */
const SIGLIP_PREPROCESSING = {
  resize: 'stretch',
  interpolation: 'bicubic',
  mean: HALF,
  std: HALF,
} as const satisfies VisionEncoder['preprocessing'];

/**
 * SigLIP's vision transformer as a frozen encoder for `flamingo`: every patch after the last norm (before it, with
 * `finalNorm` false), `SiglipVisionModel.last_hidden_state` of transformers. It has no class token; its pooling head comes after the
 * features. A picture whose side the patch does not divide (384 by 14) loses the rest, as there. Zhai et al. 2023, arXiv
 * 2303.15343; Tschannen et al. 2025, arXiv 2502.14786.
 *
 * @returns of pixels `[images, 3, image, image]` the features `[images, floor(image/patch)^2, dim]`
 * @throws ModelError for an option that is unknown, missing or of another kind, and for `heads` that does not divide `dim`
 */
export function siglip<const O extends Partial<SiglipOptions>>(
  options: CheckedOptions<'siglip', SiglipOptions, ['heads divides dim'], O>,
): VisionEncoder<WidthOf<O>>;
export function siglip<O extends SiglipOptions>(given: O): VisionEncoder {
  const options: SiglipOptions = given;
  checkOptions(siglip, options, ['heads divides dim'], KNOWN);
  const {
    image,
    patch,
    dim,
    layers,
    heads,
    inner = 4 * dim,
    activation = 'gelu-tanh',
    epsilon = 1e-6,
    finalNorm = true,
  } = options;
  return transformerEncoder({
    ...{ family: 'siglip', options, checkpointNames: siglipNames, sizes: { dim, heads, inner } },
    transformer: {
      ...{ image, trainedImage: image, interpolation: 'bicubic', patch, layers, activation },
      ...{ classToken: 'none', registers: 0, patchBias: true, normBefore: false, normAfter: finalNorm },
      ...{ epsilon, queryKeyValueBias: true, layerScale: false, gated: false },
    },
    preprocessing: SIGLIP_PREPROCESSING,
  });
}
