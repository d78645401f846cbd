import {
  add,
  attention,
  block,
  linear,
  multiply,
  normal,
  parameter,
  rearrange,
  repeat,
  rmsNorm,
  tanh,
  zeros,
} from '../../models/index.ts';

/** A gated cross-attention block with a gate for every channel, on the latents themselves. */
export const channelGated = block('ChannelGated', {
  sizes: ['dim', 'vision', 'heads'],
  requires: ['heads divides dim'],
  takes: ['batch text dim', 'batch places vision', 'batch 1 text places: bool'],
  gives: 'batch text dim',
  parts: ({ dim, vision }) => ({
    ...{ norm: rmsNorm(dim), query: linear(dim, dim), key: linear(vision, dim), value: linear(vision, dim) },
    attn_gate: parameter([dim], zeros),
  }),
  forward: ({ parts, sizes: { heads } }, x, latents, sees) => {
    const query = parts.query(parts.norm(x));
    const seen = attention(query, parts.key(latents), parts.value(latents), { heads, mask: sees });
    return add(x, multiply(seen.result, tanh(parts.attn_gate)));
  },
});

/** Keys and values of a picture's latents, which are computed once and kept. */
const keysAndValues = block('KeysAndValues', {
  sizes: ['vision', 'heads', 'headDim'],
  takes: ['images latents vision'],
  gives: ['images heads latents headDim', 'images heads latents headDim'],
  parts: ({ vision, heads, headDim }) => ({
    key: linear(vision, heads * headDim),
    value: linear(vision, heads * headDim),
  }),
  forward: ({ parts, sizes: { heads } }, latents) => {
    const pattern = 'images latents (heads headDim) -> images heads latents headDim';
    return [
      rearrange(parts.key(latents), pattern, { heads }),
      rearrange(parts.value(latents), pattern, { heads }),
    ];
  },
});

/** The same gate on keys and values that its part `media` makes. */
export const keyedChannelGated = block('KeyedChannelGated', {
  sizes: ['dim', 'vision', 'heads', 'headDim'],
  takes: [
    'batch text dim',
    'batch heads places headDim',
    'batch heads places headDim',
    'batch 1 text places: bool',
  ],
  gives: 'batch text dim',
  parts: ({ dim, vision, heads, headDim }) => ({
    media: keysAndValues({ vision, heads, headDim }),
    ...{ norm: rmsNorm(dim), query: linear(dim, heads * headDim), out: linear(heads * headDim, dim) },
    attn_gate: parameter([dim], zeros),
  }),
  forward: ({ parts, sizes: { heads } }, x, key, value, sees) => {
    const seen = attention(parts.query(parts.norm(x)), key, value, { heads, mask: sees });
    return add(x, multiply(parts.out(seen.result), tanh(parts.attn_gate)));
  },
});

/** Learned queries that read the features of a picture once, in a width of their own. */
export const learnedQueries = block('LearnedQueries', {
  sizes: ['dim', 'width', 'latents'],
  takes: ['images places dim'],
  gives: 'images latents width',
  parts: ({ dim, width, latents }) => ({
    queries: parameter([latents, width], normal(1)),
    ...{ key: linear(dim, width), value: linear(dim, width) },
  }),
  forward: ({ parts }, features) => {
    const [images] = features.shape;
    const queries = repeat(parts.queries, 'latents width -> images latents width', { images });
    const read = attention(queries, parts.key(features), parts.value(features), { heads: 1 });
    return add(queries, read.result);
  },
});
