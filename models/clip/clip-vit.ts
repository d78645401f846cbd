import { type CheckedOptions, checkOptions, type KnownOptions } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { CLIP_DEVIATION, CLIP_MEAN } from '../shared/clip-pixels.ts';
import { KNOWN_PREPROCESSING, type VisionEncoder, type WidthOf } from '../shared/vision-encoder.ts';
import { ENCODER_SIZES } from '../vision-transformer/encoder-sizes.ts';
import { transformerEncoder } from '../vision-transformer/transformer-encoder.ts';
import { clipNames } from './clip-names.ts';

export interface ClipVitOptions {
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
  /** OpenAI's weights use `quick-gelu`, LAION's `gelu`. Default `quick-gelu`. */
  readonly activation?: Activation;
  /** The class token is a feature too, the first; default false. Idefics sees it. */
  readonly classToken?: boolean;
  /** How pictures become square: cut at the longer side, or stretched. Default `shortest-edge`, which cuts. */
  readonly resize?: 'shortest-edge' | 'stretch';
}

const KNOWN: KnownOptions<ClipVitOptions> = {
  ...ENCODER_SIZES,
  activation: ACTIVATIONS,
  classToken: 'true or false',
  resize: KNOWN_PREPROCESSING.resize,
};

/** Published sizes. */
export const clipVitSizes = {
  'b/32': { image: 224, patch: 32, dim: 768, layers: 12, heads: 12 },
  'b/16': { image: 224, patch: 16, dim: 768, layers: 12, heads: 12 },
  'l/14': { image: 224, patch: 14, dim: 1024, layers: 24, heads: 16 },
  'l/14-336': { image: 336, patch: 14, dim: 1024, layers: 24, heads: 16 },
  /** LAION's, which Idefics takes. */
  'h/14': { image: 224, patch: 14, dim: 1280, layers: 32, heads: 16, activation: 'gelu' },
} as const satisfies Readonly<Record<string, ClipVitOptions>>;

/**
 * CLIP's vision transformer as a frozen encoder for `flamingo`: every patch, before the last norm and the projection, which
 * is what OpenFlamingo conditions on; `CLIPVisionModel.last_hidden_state[:, 1:]` of transformers. Radford et al. 2021,
 * arXiv 2103.00020.
 *
 * @returns of pixels `[images, 3, image, image]` the features `[images, (image/patch)^2, dim]`, one more with `classToken`
 * @throws ModelError for an option that is unknown, missing or of another kind, for `heads` that does not divide `dim` and
 *   `patch` that does not divide `image`
 */
export function clipVit<const O extends Partial<ClipVitOptions>>(
  options: CheckedOptions<'clipVit', ClipVitOptions, ['heads divides dim', 'patch divides image'], O>,
): VisionEncoder<WidthOf<O>>;
export function clipVit<O extends ClipVitOptions>(given: O): VisionEncoder {
  const options: ClipVitOptions = given;
  checkOptions(clipVit, options, ['heads divides dim', 'patch divides image'], KNOWN);
  const { image, patch, dim, layers, heads, inner = 4 * dim, activation = 'quick-gelu' } = options;
  const { classToken = false, resize = 'shortest-edge' } = options;
  return transformerEncoder({
    ...{ family: 'clip-vit', options, checkpointNames: clipNames, sizes: { dim, heads, inner } },
    transformer: {
      ...{ image, trainedImage: image, interpolation: 'bicubic', patch, layers, activation },
      ...{ classToken: classToken ? 'feature' : 'hidden', registers: 0, patchBias: false },
      ...{ normBefore: true, normAfter: false },
      ...{ epsilon: 1e-5, queryKeyValueBias: true, layerScale: false, gated: false },
    },
    preprocessing: { resize, interpolation: 'bicubic', mean: CLIP_MEAN, std: CLIP_DEVIATION },
  });
}
