import { type CheckedOptions, checkOptions, type KnownOptions } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { HALF } from '../shared/half-pixels.ts';
import type { VisionEncoder, WidthOf } from '../shared/vision-encoder.ts';
import { ENCODER_SIZES } from '../vision-transformer/encoder-sizes.ts';
import { transformerEncoder } from '../vision-transformer/transformer-encoder.ts';
import { vitNames } from './vit-names.ts';

export interface VitOptions {
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** Height and width of a patch in pixels; divides `image`. */
  readonly patch: number;
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  /** Default `gelu`. */
  readonly activation?: Activation;
  /** Of all norms; default 1e-12. */
  readonly epsilon?: number;
  /** Biases of queries, keys and values; default true. */
  readonly queryKeyValueBias?: boolean;
  /** The class token is a feature too, the first; default false. */
  readonly classToken?: boolean;
}

const KNOWN: KnownOptions<VitOptions> = {
  ...ENCODER_SIZES,
  activation: ACTIVATIONS,
  epsilon: 'a number',
  queryKeyValueBias: 'true or false',
  classToken: 'true or false',
};

/** Published sizes. */
export const vitSizes = {
  'b/16': { image: 224, patch: 16, dim: 768, layers: 12, heads: 12 },
  'b/32-384': { image: 384, patch: 32, dim: 768, layers: 12, heads: 12 },
  'l/16': { image: 224, patch: 16, dim: 1024, layers: 24, heads: 16 },
  'h/14': { image: 224, patch: 14, dim: 1280, layers: 32, heads: 16 },
} as const satisfies Readonly<Record<string, VitOptions>>;

/** What the pictures of Google's ViT have: values from -1 to 1. */
const VIT_PREPROCESSING = {
  resize: 'stretch',
  interpolation: 'bilinear',
  mean: HALF,
  std: HALF,
} as const satisfies VisionEncoder['preprocessing'];

/**
 * The vision transformer that was trained on labels, as a frozen encoder for `flamingo`: every patch after the last norm,
 * `ViTModel.last_hidden_state[:, 1:]` of transformers. Dosovitskiy et al. 2020, arXiv 2010.11929.
 *
 * @returns of pixels `[images, 3, image, image]` the features `[images, (image/patch)^2, dim]`, one more with `classToken`
 * @throws ModelError for an option that is unknown, missing or of another kind, for `heads` that does not divide `dim` and
 *   `patch` that does not divide `image`
 */
export function vit<const O extends Partial<VitOptions>>(
  options: CheckedOptions<'vit', VitOptions, ['heads divides dim', 'patch divides image'], O>,
): VisionEncoder<WidthOf<O>>;
export function vit<O extends VitOptions>(given: O): VisionEncoder {
  const options: VitOptions = given;
  checkOptions(vit, options, ['heads divides dim', 'patch divides image'], KNOWN);
  const { image, patch, dim, layers, heads, inner = 4 * dim, activation = 'gelu', epsilon = 1e-12 } = options;
  const { queryKeyValueBias = true, classToken = false } = options;
  return transformerEncoder({
    ...{ family: 'vit', options, checkpointNames: vitNames, sizes: { dim, heads, inner } },
    transformer: {
      ...{ image, trainedImage: image, interpolation: 'bicubic', patch, layers, activation },
      ...{ classToken: classToken ? 'feature' : 'hidden', registers: 0, patchBias: true },
      ...{ normBefore: false, normAfter: true, epsilon, queryKeyValueBias, layerScale: false, gated: false },
    },
    preprocessing: VIT_PREPROCESSING,
  });
}
