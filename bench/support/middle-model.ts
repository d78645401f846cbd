import { type Graph, input, nameParameters, type Tensor } from '../../dsl/index.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { perceiverResampler } from '../../models/flamingo/perceiver-resampler.ts';
import {
  gatedCrossAttention,
  maskedGatedCrossAttention,
  mediaKeysAndValues,
} from '../../models/media/gated-cross-attention.ts';
import { languageGraph } from '../../models/media/language-graph.ts';
import { packedMedia } from '../../models/media/packed-cross-attention.ts';
import { opt } from '../../models/opt/opt.ts';

/** A model of 60 million parameters: large enough that matrix products are most of its time, small enough to wait for. */
export const MIDDLE = {
  image: 224,
  patch: 16,
  /** Patch tokens of an image. */
  features: 196,
  vision: 384,
  latents: 64,
  dim: 512,
  layers: 8,
  every: 2,
  blocks: 4,
  heads: 8,
  headDim: 64,
  vocabulary: 8000,
  contextLength: 1024,
  imageToken: 7999,
  padding: 0,
} as const;

const encoder = () =>
  clipVit({ image: MIDDLE.image, patch: MIDDLE.patch, dim: MIDDLE.vision, layers: 6, heads: 6 });

const decoder = () =>
  opt({
    dim: MIDDLE.dim,
    layers: MIDDLE.layers,
    heads: MIDDLE.heads,
    vocabulary: MIDDLE.vocabulary,
    contextLength: MIDDLE.contextLength,
    activation: 'gelu',
  });

const RESAMPLER = { depth: 2, heads: 6, headDim: 64, latents: MIDDLE.latents } as const;

/** The whole of it. */
export const middleFlamingo = () =>
  flamingo({
    name: 'middle',
    vision: encoder(),
    resampler: RESAMPLER,
    language: decoder(),
    crossAttention: { every: MIDDLE.every, heads: MIDDLE.heads, headDim: MIDDLE.headDim },
  });

/** `pixels` -> `features`. */
export function visionTransformerGraph(): Graph {
  const vision = encoder();
  const pixels = input('pixels', 'float32', ['images', 3, MIDDLE.image, MIDDLE.image]);
  return nameParameters({ vision }).place({
    name: 'vision-transformer',
    inputs: { pixels },
    outputs: { features: vision.encode(pixels) },
  });
}

/** `features` `[1, images, 1, tokens, dim]` -> `latents`. */
export function resamplerGraph(): Graph {
  const perceiver = perceiverResampler({
    dim: MIDDLE.vision,
    inner: 4 * MIDDLE.vision,
    activation: 'squared-relu',
    finalNorm: false,
    maxFrames: 8,
    ...RESAMPLER,
  });
  const features = input('features', 'float32', [1, 'images', 1, MIDDLE.features, MIDDLE.vision]);
  return nameParameters({ perceiver }).place({
    name: 'perceiver-resampler',
    inputs: { features },
    outputs: { latents: perceiver(features) },
  });
}

/** The language model without any image. */
export function languageModelGraph(): Graph {
  const language = decoder();
  // Inputs as those of the whole, so that it takes the same feeds.
  return nameParameters({ language }).place(
    languageGraph(
      language,
      packedMedia(new Map(), { heads: MIDDLE.heads, headDim: MIDDLE.headDim, latents: MIDDLE.latents }),
    ),
  );
}

const BLOCK_SIZES = {
  dim: MIDDLE.dim,
  vision: MIDDLE.vision,
  heads: MIDDLE.heads,
  headDim: MIDDLE.headDim,
  inner: 4 * MIDDLE.dim,
  activation: 'squared-relu',
} as const;

/**
 * `count` gated cross-attention blocks in a row, tokens packed by image, `x` -> `x`.
 *
 * @param keys `given`: keys and values are inputs, as in decoding; `computed`: from the images' latents, `media`
 */
export function packedBlocksGraph(count: number, keys: 'given' | 'computed'): Graph {
  const { dim, heads, headDim, latents, vision } = MIDDLE;
  const blocks = Array.from({ length: count }, () => gatedCrossAttention(BLOCK_SIZES));
  const inputs: Graph['inputs'] = {
    x: input('x', 'float32', ['batch', 'text', dim]),
    media_rows: input('media_rows', 'int64', ['rows', 'chunk']),
    media_slots: input('media_slots', 'int64', ['batch', 'text']),
    has_media: input('has_media', 'bool', ['batch', 'text']),
  };
  const { x, media_rows: rows, media_slots: slots, has_media: has } = inputs;
  if (!(x && rows && slots && has)) throw new Error('an input was not made');
  const media = input('media', 'float32', ['rows', latents, vision]);
  const given: Record<string, Tensor> = {};
  let result: Tensor = x;
  for (const [index, block] of blocks.entries()) {
    const make = (name: string) => {
      const tensor = input(`${name}.${index}`, 'float32', ['rows', heads, latents, headDim]);
      given[`${name}.${index}`] = tensor;
      return tensor;
    };
    const { key, value } =
      keys === 'given'
        ? { key: make('media_key'), value: make('media_value') }
        : mediaKeysAndValues(block, media, heads);
    result = block(result, key, value, rows, slots, has);
  }
  const more = keys === 'given' ? given : { media };
  return nameParameters({ blocks }).place({
    name: 'packed-blocks',
    inputs: { ...inputs, ...more },
    outputs: { y: result },
  });
}

/** The same blocks over all images under a mask: keys and values are computed whenever it runs. `x` -> `y`. */
export function maskedBlocksGraph(count: number): Graph {
  const { dim, latents, vision } = MIDDLE;
  const blocks = Array.from({ length: count }, () => maskedGatedCrossAttention(BLOCK_SIZES));
  const x = input('x', 'float32', ['batch', 'text', dim]);
  const media = input('media', 'float32', ['batch', 'images', latents, vision]);
  const attends = input('attends', 'bool', ['batch', 'text', 'images']);
  let result: Tensor = x;
  for (const block of blocks) result = block(result, media, attends);
  return nameParameters({ blocks }).place({
    name: 'masked-blocks',
    inputs: { x, media, attends },
    outputs: { y: result },
  });
}
