/** A Flamingo for video of one's own: one query for each stretch of time, and a gate for every channel. */
import {
  add,
  and,
  arange,
  attention,
  block,
  clipVit,
  constant,
  flamingo,
  gelu,
  graph,
  less,
  linear,
  multiply,
  normal,
  opt,
  parameter,
  rearrange,
  repeat,
  rmsNorm,
  sizeOf,
  tanh,
  zeros,
} from 'flamingo-onnx';

/**
 * Queries that share a video's time evenly: each looks at the frames in its stretch, and at a still picture all of them.
 */
export const frameQueries = block('FrameQueries', {
  sizes: ['dim', 'heads', 'latents'],
  requires: ['heads divides dim'],
  takes: ['images frames tokens dim'],
  gives: 'images latents dim',
  parts: ({ dim, latents }) => ({
    queries: parameter([latents, dim], normal(1)),
    norm: rmsNorm(dim),
    query: linear(dim, dim, { bias: false }),
    key: linear(dim, dim, { bias: false }),
    value: linear(dim, dim, { bias: false }),
    output: linear(dim, dim, { bias: false }),
  }),
  forward: ({ parts, sizes: { heads, latents } }, features) => {
    const [images, frames, tokens] = features.shape;
    // Stretch i of n is from i/n to (i + 1)/n of the time, frame j of m from j/m to (j + 1)/m: they overlap or not.
    const stretch = rearrange(arange(latents), 'latents -> latents 1');
    const frame = rearrange(arange(frames), 'frames -> 1 frames');
    const overlap = and(
      less(multiply(stretch, sizeOf(frames)), multiply(add(frame, 1), latents)),
      less(multiply(frame, latents), multiply(add(stretch, 1), sizeOf(frames))),
    );
    const mask = repeat(overlap, 'latents frames -> 1 1 latents (frames tokens)', { tokens });
    const seen = parts.norm(rearrange(features, 'images frames tokens dim -> images (frames tokens) dim'));
    const queries = repeat(parts.queries, 'latents dim -> images latents dim', { images });
    const { result } = attention(parts.query(queries), parts.key(seen), parts.value(seen), { heads, mask });
    return add(queries, parts.output(result));
  },
});

/** Keys and values of a picture's latents, made once and kept. */
const keysAndValues = block('KeysAndValues', {
  sizes: ['vision', 'heads', 'headDim'],
  takes: ['images latents vision'],
  gives: ['images heads latents headDim', 'images heads latents headDim'],
  parts: ({ vision, heads, headDim }) => ({
    key: linear(vision, heads * headDim, { bias: false }),
    value: linear(vision, heads * headDim, { bias: false }),
  }),
  forward: ({ parts, sizes: { heads } }, latents) => {
    const byHead = 'images latents (heads headDim) -> images heads latents headDim';
    return [
      rearrange(parts.key(latents), byHead, { heads }),
      rearrange(parts.value(latents), byHead, { heads }),
    ];
  },
});

/** Attention from text to pictures, and a perceptron; each channel opens its gates by itself. */
export const channelGated = block('ChannelGated', {
  sizes: ['dim', 'vision', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch heads places headDim',
    'batch heads places headDim',
    'batch 1 text places: bool',
  ],
  gives: 'batch text dim',
  parts: ({ dim, vision, heads, headDim, inner }) => ({
    media: keysAndValues({ vision, heads, headDim }),
    norm: rmsNorm(dim),
    query: linear(dim, heads * headDim, { bias: false }),
    output: linear(heads * headDim, dim, { bias: false }),
    gate: parameter([dim], zeros),
    norm2: rmsNorm(dim),
    up: linear(dim, inner, { bias: false }),
    down: linear(inner, dim, { bias: false }),
    gate2: parameter([dim], zeros),
  }),
  forward: ({ parts, sizes: { heads } }, x, key, value, mask) => {
    const { result } = attention(parts.query(parts.norm(x)), key, value, { heads, mask });
    const first = add(x, multiply(parts.output(result), tanh(parts.gate)));
    const changed = parts.down(gelu(parts.up(parts.norm2(first))));
    return add(first, multiply(changed, tanh(parts.gate2)));
  },
});

const vision = clipVit({ image: 28, patch: 14, dim: 32, layers: 2, heads: 4 });
const sizes = { dim: 24, vision: 32, heads: 2, headDim: 8, inner: 48 } as const;
const resampler = frameQueries({ dim: 32, heads: 4, latents: 4 });
const gated = channelGated(sizes);

/** The two blocks alone: features of pictures, to their latents, to text that sees them. */
export const blocks = graph({
  name: 'video-gates',
  inputs: {
    features: { dtype: 'float32', shape: ['batch', 'frames', 'tokens', 32] },
    x: { dtype: 'float32', shape: ['batch', 'text', 24] },
  },
  parts: { resampler, gated },
  outputs({ features, x }) {
    const latents = resampler(features);
    const [key, value] = gated.parts.media(latents);
    const [batch, text] = x.shape;
    const mask = repeat(constant([1], [1], 'bool'), '1 -> batch 1 text latents', { batch, text, latents: 4 });
    return { latents, y: gated(x, key, value, mask) };
  },
});

export default flamingo({
  name: 'video-flamingo',
  vision,
  resampler,
  language: opt({ dim: 24, layers: 2, heads: 4, vocabulary: 261, contextLength: 256 }),
  crossAttention: { every: 1, heads: 2, headDim: 8, block: channelGated },
  longestVideo: 16,
});
