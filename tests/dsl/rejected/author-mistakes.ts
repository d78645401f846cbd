/**
 * Mistakes that authors make, each once. What the type checker prints for them is kept in `author-mistakes.txt`; this
 * file is left out of the project's own type check.
 */
import {
  add,
  attention,
  block,
  clipVit,
  einsum,
  flamingo,
  gelu,
  input,
  layerNorm,
  linear,
  llama,
  matmul,
  opt,
  rearrange,
  repeat,
  reshape,
  softmax,
} from '../../../models/index.ts';

const x = input('x', 'float32', ['batch', 'text', 64]);
const media = input('media', 'float32', ['batch', 'media', 48]);
const tokens = input('tokens', 'int64', ['batch', 'text']);

// A wrong shape.
matmul(x, input('w', 'float32', [32, 64]));
linear(32, 64)(x);
reshape(x, ['batch', 'text', 5, 8]);

// A wrong dtype.
gelu(tokens);

// A broadcast that does not fit.
add(x, media);

// An axis that is not there.
softmax(x, 3);

// Names in a pattern.
rearrange(x, 'b t (h d) -> b h t e', { h: 8 });
rearrange(x, 'b t (h d) -> b h t d', { h: 7 });
rearrange(x, 'b (h d) -> b h d', { h: 8 });
repeat(x, 'b t d -> b n t d');
einsum('b i d, b j d -> b i j', x, media);

// A number of heads.
attention(x, x, x, { heads: 5 });

// Wiring: keys and values that do not belong to the query.
attention(x, media, media, { heads: 8 });

const crossAttention = block('CrossAttention', {
  sizes: ['dim', 'vision', 'heads', 'headDim'],
  requires: ['heads divides dim', 'dim = heads*headDim'],
  takes: ['batch text dim', 'batch media vision', 'batch 1 text media: bool?'],
  gives: 'batch text dim',
  parts: ({ dim, vision }) => ({
    norm: layerNorm(dim),
    key: linear(vision, dim),
    value: linear(vision, dim),
  }),
  forward: ({ parts, sizes }, x, media) =>
    add(x, attention(parts.norm(x), parts.key(media), parts.value(media), { heads: sizes.heads }).result),
});

// A block's configuration.
crossAttention({ dim: 64, vision: 48, heads: 5, headDim: 16 });
crossAttention({ dim: 64, vision: 48, heads: 4, headDim: 32 });
crossAttention({ dim: 64, vision: 48, heads: 4 });
crossAttention({ dim: 64, vision: 48, heads: 4, headDim: 16, depth: 6 });

// A block's arguments.
const attend = crossAttention({ dim: 64, vision: 48, heads: 4, headDim: 16 });
attend(media, media);
attend(x, tokens);
attend(x, input('m', 'float32', ['images', 'media', 48]));
attend(x);

// A block's body.
block('Crossed', {
  sizes: ['dim', 'inner'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, inner }) => ({ up: linear(dim, inner), down: linear(inner, dim) }),
  forward: ({ parts }, x) => parts.up(gelu(parts.up(x))),
});
block('Unfinished', {
  sizes: ['dim', 'inner'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, inner }) => ({ up: linear(dim, inner) }),
  forward: ({ parts }, x) => gelu(parts.up(x)),
});

// A model's options.
clipVit({ image: 56, patch: 14, dim: 64, layers: 2, heads: 5 });
clipVit({ image: 56, patch: 15, dim: 64, layers: 2, heads: 4 });
opt({ dim: 96, layers: 4, heads: 5, vocabulary: 261, contextLength: 512 });
opt({ dim: 96, layers: 4, heads: 4, contextLength: 512 });
opt({ dim: 96, layers: 4, heads: 4, vocabulary: 261, contextLength: 512, width: 4 });
opt({ dim: 96, layers: 4, heads: '4', vocabulary: 261, contextLength: 512 });
llama({ dim: 96, layers: 4, heads: 4, keyValueHeads: 3, inner: 256, vocabulary: 261, contextLength: 512 });
const vision = clipVit({ image: 56, patch: 14, dim: 64, layers: 2, heads: 4 });
const language = opt({ dim: 96, layers: 4, heads: 4, vocabulary: 261, contextLength: 512 });
flamingo({
  name: 'misses',
  convention: 'open-flamingo',
  vision,
  language,
  crossAttention: { every: 5 },
});
flamingo({ name: 'blind', language, crossAttention: { every: 2 } });
flamingo({ name: 'a', vision, language, resampler: { dept: 2, latents: 16 }, crossAttention: { every: 2 } });
flamingo({ name: 'b', vision, language, crossAttention: { every: 2, headsDim: 64 } });
flamingo({
  name: 'c',
  vision,
  language,
  crossAttention: { every: 2 },
  precision: { langauge: 'int4', vision: 'float16' },
});
flamingo({ name: 'd', vision, language, crossAttention: { every: 2 }, tokens: { image: '<i>', ends: '</s>' } });
attention(x, x, x, { heads: 8, masc: undefined });
