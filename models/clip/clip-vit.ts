import {
  add,
  attention,
  block,
  type CheckedOptions,
  checkOptions,
  concat,
  conv2dLayer,
  type KnownOptions,
  layerNorm,
  linear,
  normal,
  parameter,
  rearrange,
  repeat,
  slice,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import { CLIP_DEVIATION, CLIP_MEAN } from '../shared/clip-pixels.ts';
import { KNOWN_PREPROCESSING, type VisionEncoder, type WidthOf } from '../shared/vision-encoder.ts';
import { clipNames } from './clip-names.ts';

/** Pre-norm self-attention over all tokens, then a two-layer perceptron; both residual. CLIP's `CLIPEncoderLayer`. */
const encoderLayer = block('EncoderLayer', {
  sizes: ['dim', 'heads', 'inner'],
  takes: ['images tokens dim'],
  gives: 'images tokens dim',
  parts: ({ dim, inner }, _options: { readonly activation: Activation }) => ({
    norm1: layerNorm(dim),
    attention: {
      query: linear(dim, dim),
      key: linear(dim, dim),
      value: linear(dim, dim),
      output: linear(dim, dim),
    },
    norm2: layerNorm(dim),
    up: linear(dim, inner),
    down: linear(inner, dim),
  }),
  forward: ({ parts, sizes, options }, x) => {
    const { query, key, value, output } = parts.attention;
    const normed = parts.norm1(x);
    const attended = add(
      x,
      output(attention(query(normed), key(normed), value(normed), { heads: sizes.heads }).result),
    );
    return add(attended, parts.down(activations[options.activation](parts.up(parts.norm2(attended)))));
  },
});

interface ClipTransformerOptions {
  readonly image: number;
  readonly patch: number;
  readonly layers: number;
  readonly activation: Activation;
  readonly classToken: boolean;
}

/**
 * CLIP's vision transformer up to the patch tokens: `pixels [images, 3, image, image]` to
 * `[images, (image/patch)^2, dim]`, every token but the class token (or that one first, where it is asked for), before the final norm and projection:
 * what OpenFlamingo conditions on. Hugging Face `CLIPVisionModel.last_hidden_state[:, 1:]`.
 */
const clipTransformer = block('VisionTransformer', {
  sizes: ['dim', 'heads', 'inner'],
  takes: ['images 3 height width'],
  gives: 'images tokens dim',
  parts: ({ dim, heads, inner }, { image, patch, layers, activation }: ClipTransformerOptions) => ({
    class_embedding: parameter([dim], normal(0.02)),
    patch_embedding: conv2dLayer(3, dim, { kernel: patch, stride: patch, bias: false }),
    position_embedding: parameter([(image / patch) ** 2 + 1, dim], normal(0.02)),
    pre_norm: layerNorm(dim),
    layers: Array.from({ length: layers }, () => encoderLayer({ dim, heads, inner, activation })),
  }),
  forward: ({ parts, options }, pixels) => {
    const patches = rearrange(
      parts.patch_embedding(pixels),
      'images dim rows columns -> images (rows columns) dim',
    );
    const [images] = pixels.shape;
    const first = repeat(parts.class_embedding, 'dim -> images 1 dim', { images });
    let tokens = parts.pre_norm(add(concat([first, patches], 1), parts.position_embedding));
    for (const layer of parts.layers) tokens = layer(tokens);
    return options.classToken ? tokens : slice(tokens, 1, 1);
  },
});

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
  image: 'a whole number from 1 on',
  patch: 'a whole number from 1 on',
  dim: 'a whole number from 1 on',
  layers: 'a whole number from 1 on',
  heads: 'a whole number from 1 on',
  inner: 'a whole number from 1 on',
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

/** CLIP's vision transformer as a frozen encoder for `flamingo`. Radford et al. 2021, arXiv 2103.00020. */
export function clipVit<const O extends Partial<ClipVitOptions>>(
  options: CheckedOptions<'clipVit', ClipVitOptions, ['heads divides dim', 'patch divides image'], O>,
): VisionEncoder<WidthOf<O>>;
export function clipVit<O extends ClipVitOptions>(given: O): VisionEncoder {
  const options: ClipVitOptions = given;
  checkOptions(clipVit, options, ['heads divides dim', 'patch divides image'], KNOWN);
  const { image, patch, dim, layers, heads, inner = 4 * dim, activation = 'quick-gelu' } = options;
  const { classToken = false, resize = 'shortest-edge' } = options;
  const parts = clipTransformer({ dim, heads, inner, image, patch, layers, activation, classToken });
  return {
    family: 'clip-vit',
    image,
    tokens: (image / patch) ** 2 + (classToken ? 1 : 0),
    dim,
    preprocessing: {
      resize,
      interpolation: 'bicubic',
      mean: CLIP_MEAN,
      std: CLIP_DEVIATION,
    },
    parts,
    options: { ...options },
    checkpointNames: clipNames,
    encode: (pixels) => parts(pixels),
  };
}
