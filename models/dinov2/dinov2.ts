import { type CheckedOptions, checkOptions, type KnownOptions } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { IMAGENET_DEVIATION, IMAGENET_MEAN } from '../shared/imagenet-pixels.ts';
import type { VisionEncoder, WidthOf } from '../shared/vision-encoder.ts';
import { ENCODER_SIZES } from '../vision-transformer/encoder-sizes.ts';
import { transformerEncoder } from '../vision-transformer/transformer-encoder.ts';
import { dinov2Names } from './dinov2-names.ts';

export interface Dinov2Options {
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** Of the pictures that the positions are of, from which those of `image` are interpolated; default `image`. Published: 518. */
  readonly trainedImage?: number;
  /** Height and width of a patch in pixels; divides `image`. */
  readonly patch: number;
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim, and of a gated one two thirds of that, up to the next multiple of 8. */
  readonly inner?: number;
  /** `down(silu(gate(x)) * up(x))`, as the giant one has it; default false. */
  readonly gated?: boolean;
  /** Of a feed-forward that is not gated; default `gelu`. */
  readonly activation?: Activation;
  /** Of all norms; default 1e-6. */
  readonly epsilon?: number;
  /** Biases of queries, keys and values; default true. */
  readonly queryKeyValueBias?: boolean;
  /** Learned tokens beside the patches that are no features; default 0. Published: 4. */
  readonly registers?: number;
  /** The class token is a feature too, the first; default false. */
  readonly classToken?: boolean;
}

const KNOWN: KnownOptions<Dinov2Options> = {
  ...ENCODER_SIZES,
  activation: ACTIVATIONS,
  trainedImage: 'a whole number from 1 on',
  gated: 'true or false',
  epsilon: 'a number',
  queryKeyValueBias: 'true or false',
  registers: 'a whole number from 0 on',
  classToken: 'true or false',
};

/** Published sizes. */
export const dinov2Sizes = {
  's/14': { image: 224, trainedImage: 518, patch: 14, dim: 384, layers: 12, heads: 6 },
  'b/14': { image: 224, trainedImage: 518, patch: 14, dim: 768, layers: 12, heads: 12 },
  'l/14': { image: 224, trainedImage: 518, patch: 14, dim: 1024, layers: 24, heads: 16 },
  'g/14': { image: 224, trainedImage: 518, patch: 14, dim: 1536, layers: 40, heads: 24, gated: true },
} as const satisfies Readonly<Record<string, Dinov2Options>>;

/**
 * DINOv2, a vision transformer that was trained on pictures alone, as a frozen encoder for `flamingo`: every patch after the
 * last norm, what follows the class token and the registers in `Dinov2Model.last_hidden_state` of transformers. Oquab et
 * al. 2023, arXiv 2304.07193; with registers Darcet et al. 2023, arXiv 2309.16588, whose positions are interpolated with
 * a wider window where pictures are smaller, as there.
 *
 * @returns of pixels `[images, 3, image, image]` the features `[images, (image/patch)^2, dim]`, one more with `classToken`
 * @throws ModelError for an option that is unknown, missing or of another kind, for `heads` that does not divide `dim` and
 *   `patch` that does not divide `image`
 */
export function dinov2<const O extends Partial<Dinov2Options>>(
  options: CheckedOptions<'dinov2', Dinov2Options, ['heads divides dim', 'patch divides image'], O>,
): VisionEncoder<WidthOf<O>>;
export function dinov2<O extends Dinov2Options>(given: O): VisionEncoder {
  const options: Dinov2Options = given;
  checkOptions(dinov2, options, ['heads divides dim', 'patch divides image'], KNOWN);
  const { image, trainedImage = image, patch, dim, layers, heads, gated = false } = options;
  const { inner = gated ? gatedWidth(4 * dim) : 4 * dim, activation = 'gelu', epsilon = 1e-6 } = options;
  const { queryKeyValueBias = true, registers = 0, classToken = false } = options;
  const resizeTo = Math.round((image * 256) / 224);
  return transformerEncoder({
    ...{ family: 'dinov2', options, checkpointNames: dinov2Names, sizes: { dim, heads, inner } },
    transformer: {
      ...{ image, trainedImage, interpolation: registers > 0 ? 'antialiased' : 'bicubic' },
      ...{ patch, layers, activation, classToken: classToken ? 'feature' : 'hidden', registers },
      ...{ patchBias: true, normBefore: false, normAfter: true },
      ...{ epsilon, queryKeyValueBias, layerScale: true, gated },
    },
    // As published for 224 pixels: the middle of a picture whose shorter side has 256.
    preprocessing: {
      ...{ resize: 'shortest-edge', resizeTo, cropStart: 'floor', interpolation: 'bicubic' },
      ...{ mean: IMAGENET_MEAN, std: IMAGENET_DEVIATION },
    },
  });
}

/** The width of a gated feed-forward that has as many weights as a plain one: two thirds, up to the next multiple of 8. */
export function gatedWidth(width: number): number {
  return Math.ceil(Math.floor((width * 2) / 3) / 8) * 8;
}
