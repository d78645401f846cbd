/**
 * Mistakes in blocks and at the joins of models, each with what it is: `model-mistakes.test.ts` has the type checkers of
 * TypeScript 5.9, 6 and 7 read them, and builds each. This file is left out of the project's own type check.
 */
import {
  add,
  attention,
  block,
  chunk,
  clipVit,
  concat,
  conv2dLayer,
  einsum,
  embedding,
  flamingo,
  gather,
  gelu,
  input,
  layerNorm,
  linear,
  llama,
  maskedCrossAttention,
  matmul,
  mlpConnector,
  multiply,
  opt,
  parameter,
  product,
  quotient,
  rearrange,
  reduceMean,
  repeat,
  reshape,
  rmsNorm,
  slice,
  softmax,
  spliced,
  split,
  tanh,
  transpose,
  visionEncoder,
  where,
  zeros,
} from '../../../models/index.ts';
import { channelGated, keyedChannelGated, learnedQueries } from '../../media/own-blocks.ts';

const x = input('x', 'float32', ['batch', 'text', 64]);
const media = input('media', 'float32', ['batch', 'media', 48]);
const tokens = input('tokens', 'int64', ['batch', 'text']);
const seen = input('seen', 'bool', ['batch', 1, 'text', 'media']);
const vision = clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 4 });
const language = opt({ dim: 48, layers: 2, heads: 4, vocabulary: 261, contextLength: 64 });
const parts = { name: 'wrong', vision, language } as const;
/** A size of which the types know nothing. */
const unknown = (size: number): number => size;

const feedForward = block('FeedForward', {
  sizes: ['dim', 'inner'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, inner }) => ({ up: linear(dim, inner), down: linear(inner, dim) }),
  forward: ({ parts }, x) => parts.down(gelu(parts.up(x))),
});
const attend = block('Attend', {
  sizes: ['dim', 'vision', 'heads', 'headDim'],
  requires: ['heads divides dim', 'dim = heads*headDim'],
  takes: ['batch text dim', 'batch media vision', 'batch 1 text media: bool?'],
  gives: 'batch text dim',
  parts: ({ dim, vision }, _options: { readonly scale: number }) => ({
    key: linear(vision, dim),
    value: linear(vision, dim),
  }),
  forward: ({ parts, sizes }, x, media) =>
    attention(x, parts.key(media), parts.value(media), { heads: sizes.heads }).result,
});
const attending = attend({ dim: 64, vision: 48, heads: 4, headDim: 16, scale: 1 });
const pixelsToPixels = block('PixelsToPixels', {
  sizes: [],
  takes: ['images 3 height width'],
  gives: 'images 3 height width',
  parts: () => ({}),
  forward: (_context, pixels) => pixels,
});

export const mistakes: readonly (readonly [what: string, use: () => unknown])[] = [
  [
    'a block whose projection is the wrong one',
    () =>
      block('Crossed', {
        sizes: ['dim', 'inner'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ dim, inner }) => ({ up: linear(dim, inner), down: linear(inner, dim) }),
        forward: ({ parts }, x) => parts.up(gelu(parts.up(x))),
      })({ dim: 64, inner: 96 })(x),
  ],
  [
    'a projection from the width of all heads, given the width of the model',
    () =>
      block('Heads', {
        sizes: ['dim', 'heads', 'headDim'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ dim, heads, headDim }) => ({ out: linear(product(heads, headDim), dim) }),
        forward: ({ parts }, x) => parts.out(x),
      })({ dim: 64, heads: 4, headDim: 8 })(x),
  ],
  [
    'a result of the width inside',
    () =>
      block('Unfinished', {
        sizes: ['dim', 'inner'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ dim, inner }) => ({ up: linear(dim, inner) }),
        forward: ({ parts }, x) => gelu(parts.up(x)),
      })({ dim: 64, inner: 96 })(x),
  ],
  [
    'a layer norm of the width inside',
    () =>
      block('Norm', {
        sizes: ['dim', 'inner'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ inner }) => ({ norm: layerNorm(inner) }),
        forward: ({ parts }, x) => parts.norm(x),
      })({ dim: 64, inner: 96 })(x),
  ],
  [
    'a root-mean-square norm of heads on all heads together',
    () =>
      block('HeadNorm', {
        sizes: ['dim', 'heads', 'headDim'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ headDim }) => ({ norm: rmsNorm(headDim) }),
        forward: ({ parts }, x) => parts.norm(x),
      })({ dim: 64, heads: 4, headDim: 16 })(x),
  ],
  [
    'a gate of the width inside',
    () =>
      block('Gate', {
        sizes: ['dim', 'inner'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ inner }) => ({ gate: parameter([inner], zeros) }),
        forward: ({ parts }, x) => multiply(x, tanh(parts.gate)),
      })({ dim: 64, inner: 96 })(x),
  ],
  [
    'a gate for every token in the place of every channel',
    () =>
      block('TokenGate', {
        sizes: ['dim'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ dim }) => ({ gate: parameter([dim, 1], zeros) }),
        forward: ({ parts }, x) => multiply(x, tanh(parts.gate)),
      })({ dim: 64 })(x),
  ],
  [
    'a residual over another width',
    () =>
      block('Residual', {
        sizes: ['dim', 'inner'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ dim, inner }) => ({ up: linear(dim, inner) }),
        forward: ({ parts }, x) => add(x, parts.up(x)),
      })({ dim: 64, inner: 96 })(x),
  ],
  [
    'axes in the wrong order',
    () =>
      block('Order', {
        sizes: ['dim'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: () => ({}),
        forward: (_context, x) => rearrange(x, 'batch text dim -> text batch dim'),
      })({ dim: 64 })(x),
  ],
  [
    'heads before the text in what is given',
    () =>
      block('ByHead', {
        sizes: ['dim', 'heads'],
        takes: ['batch text dim'],
        gives: 'batch text heads headDim',
        parts: () => ({}),
        forward: ({ sizes: { heads } }, x) =>
          rearrange(x, 'batch text (heads headDim) -> batch heads text headDim', { heads }),
      })({ dim: 64, heads: 4 })(x),
  ],
  [
    'a result too many',
    () =>
      block('Two', {
        sizes: ['dim'],
        takes: ['batch text dim'],
        gives: ['batch text dim', 'batch text dim'],
        parts: () => ({}),
        forward: (_context, x) => [x, x, x],
      })({ dim: 64 })(x),
  ],
  [
    'the same result twice',
    () =>
      block('Swapped', {
        sizes: ['dim', 'vision'],
        takes: ['batch text dim', 'batch media vision'],
        gives: ['batch text dim', 'batch media vision'],
        parts: () => ({}),
        forward: (_context, x) => [x, x],
      })({ dim: 64, vision: 48 })(x, media),
  ],
  [
    'three parts of a projection that has two',
    () => {
      const [key, value, rest] = chunk(linear(64, 128)(x), 2);
      return { key, value, rest };
    },
  ],
  ['parts that do not come out even', () => chunk(linear(64, 100)(x), 3)],
  ['parts that do not add up', () => split(x, [32, 16])],
  [
    'an activation of tokens',
    () =>
      block('Tokens', {
        sizes: ['dim'],
        takes: ['batch text: int64'],
        gives: 'batch text',
        parts: () => ({}),
        forward: (_context, tokens) => gelu(tokens),
      })({ dim: 64 })(tokens),
  ],
  [
    'a block that takes an unknown dtype',
    () =>
      block('Dtype', {
        sizes: ['dim'],
        takes: ['batch text: int46'],
        gives: 'batch text',
        parts: () => ({}),
        forward: (_context, tokens) => tokens,
      }),
  ],
  ['embeddings of features', () => embedding(261, 64)(x)],
  ['a choice by numbers', () => where(x, x, 0)],
  ['rows chosen by features', () => gather(x, media, 0)],
  ['a mask that is no bool', () => attention(x, x, x, { heads: 4, mask: x })],
  [
    'a mask of the wrong rank',
    () =>
      attention(x, x, x, { heads: 4, mask: input('m', 'bool', ['batch', 'text', 'text']) }),
  ],
  [
    'a mask of other keys',
    () => attention(x, x, x, { heads: 4, mask: input('m', 'bool', ['batch', 1, 'text', 'media']) }),
  ],
  ['heads that do not divide the width', () => attention(x, x, x, { heads: 5 })],
  ['keys of another width', () => attention(x, media, media, { heads: 8 })],
  // As a file without types calls it.
  ['attention without its options', () => Reflect.apply(attention, undefined, [x, x, x])],
  ['attention without its heads', () => attention(x, x, x, { causal: true })],
  ['an option of attention that is misspelt', () => attention(x, x, x, { head: 4 })],
  ['tensors joined that differ', () => concat([x, media], 2)],
  ['a product that does not fit', () => matmul(x, input('w', 'float32', [32, 64]))],
  ['a reshape to another number of elements', () => reshape(x, ['batch', 'text', 5, 8])],
  ['a transposition of too few axes', () => transpose(x, [1, 0])],
  ['a part of an axis that is not there', () => slice(x, 3, 0, 1)],
  ['a softmax over an axis that is not there', () => softmax(x, -4)],
  ['a mean over an axis that is not there', () => reduceMean(x, [3])],
  ['a name on the right of a pattern that is not on its left', () => rearrange(x, 'b t (h d) -> b h t e', { h: 8 })],
  ['a pattern with too few axes', () => rearrange(x, 'b (h d) -> b h d', { h: 8 })],
  ['a pattern that loses an axis', () => rearrange(x, 'b t d -> b t')],
  ['a size that does not divide', () => rearrange(x, 'b t (h d) -> b h t d', { h: 7 })],
  ['a size of a name that the pattern does not have', () => rearrange(x, 'b t (h d) -> b h t d', { heads: 8 })],
  ['a new axis without its size', () => repeat(x, 'b t d -> b n t d')],
  ['a sum of products over different sizes', () => einsum('b i d, b j d -> b i j', x, media)],
  ['a convolution of other channels', () => conv2dLayer(4, 8, { kernel: 3 })(input('p', 'float32', ['images', 3, 28, 28]))],
  ['a quotient that is no whole number', () => quotient(64, 5)],
  ['swapped arguments of a block', () => attending(media, x)],
  ['a mask in the place of features', () => attending(x, seen)],
  ['features of another batch', () => attending(x, input('m', 'float32', ['images', 'media', 48]))],
  ['an argument that is missing', () => attending(x)],
  ['an argument too many', () => attending(x, media, seen, x)],
  ['a result that is used as another width', () => feedForward({ dim: 48, inner: 96 })(attending(x, media))],
  ['a part that is misspelt', () => feedForward({ dim: 64, inner: 96 }).parts.upp(x)],
  ['an option of a block that is missing', () => attend({ dim: 64, vision: 48, heads: 4, scale: 1 })],
  ['an option beside the sizes that is missing', () => attend({ dim: 64, vision: 48, heads: 4, headDim: 16 })],
  ['an option of a block that is misspelt', () => feedForward({ dim: 64, iner: 96 })],
  ['heads that do not divide the width of a block', () => attend({ dim: 64, vision: 48, heads: 5, headDim: 16, scale: 1 })],
  ['sizes that do not make up another', () => attend({ dim: 64, vision: 48, heads: 4, headDim: 32, scale: 1 })],
  [
    'a block inside whose requirement nothing around it says',
    () =>
      block('Around', {
        sizes: ['dim', 'heads', 'headDim'],
        requires: ['heads divides dim'],
        takes: ['batch text dim', 'batch media dim'],
        gives: 'batch text dim',
        parts: ({ dim, heads, headDim }) => ({ inner: attend({ dim, vision: dim, heads, headDim, scale: 1 }) }),
        forward: ({ parts }, x, media) => parts.inner(x, media),
      })({ dim: 64, heads: 4, headDim: 8 }),
  ],
  ['a size that is a text', () => feedForward({ dim: '64', inner: 96 })],
  [
    'a resampler of another width than the vision encoder',
    () => flamingo({ ...parts, resampler: learnedQueries({ dim: 31, width: 40, latents: 4 }), crossAttention: { every: 1 } }),
  ],
  [
    'a resampler whose place has not all its sizes',
    () => flamingo({ ...parts, resampler: learnedQueries, crossAttention: { every: 1 } }),
  ],
  [
    'a cross-attention block in the place of the resampler',
    () => flamingo({ ...parts, resampler: channelGated({ dim: 48, vision: 32, heads: 4 }), crossAttention: { every: 1 } }),
  ],
  [
    'a block of another width than the language model',
    () => flamingo({ ...parts, crossAttention: { every: 1, block: () => channelGated({ dim: 64, vision: 32, heads: 4 }) } }),
  ],
  [
    'a block that reads latents of another width',
    () => flamingo({ ...parts, crossAttention: { every: 1, block: ({ dim }) => channelGated({ dim, vision: 48, heads: 4 }) } }),
  ],
  [
    'a block that reads the features, where a resampler gives another width',
    () =>
      flamingo({
        ...parts,
        resampler: learnedQueries({ dim: 32, width: 40, latents: 4 }),
        crossAttention: { every: 1, block: () => channelGated({ dim: 48, vision: 32, heads: 4 }) },
      }),
  ],
  [
    'keys and values of latents of another width',
    () =>
      flamingo({
        ...parts,
        crossAttention: { every: 1, block: () => keyedChannelGated({ dim: 48, vision: 40, heads: 2, headDim: 8 }) },
      }),
  ],
  [
    'a resampler in the place of a block',
    () => flamingo({ ...parts, crossAttention: { every: 1, block: () => learnedQueries({ dim: 48, width: 48, latents: 4 }) } }),
  ],
  [
    'one block for all layers',
    () => flamingo({ ...parts, crossAttention: { every: 1, block: channelGated({ dim: 48, vision: 32, heads: 4 }) } }),
  ],
  [
    'a connector of another width than the vision encoder',
    () => spliced({ ...parts, connector: attend({ dim: 48, vision: 48, heads: 4, headDim: 12, scale: 1 }) }),
  ],
  [
    'a connector of another width than the language model',
    () => spliced({ ...parts, connector: learnedQueries({ dim: 32, width: 40, latents: 4 }) }),
  ],
  ['a block of features as a vision encoder', () => visionEncoder({ image: 28, encoder: feedForward({ dim: 32, inner: 64 }) })],
  ['a vision encoder that gives pictures', () => visionEncoder({ image: 28, encoder: pixelsToPixels({}) })],
  ['an option of a model that is missing', () => flamingo({ name: 'blind', language, crossAttention: { every: 1 } })],
  ['an option of a group that is missing', () => flamingo({ ...parts, crossAttention: { heads: 4 } })],
  ['an option of a model that is misspelt', () => flamingo({ ...parts, resampeler: { depth: 2 }, crossAttention: { every: 1 } })],
  ['an option of a group that is a text', () => flamingo({ ...parts, resampler: { depth: '2' }, crossAttention: { every: 1 } })],
  ['a switch that is a text', () => flamingo({ ...parts, resampler: { finalNorm: 'no' }, crossAttention: { every: 1 } })],
  ['an interval that is a text', () => flamingo({ ...parts, crossAttention: { every: '2' } })],
  ['a part of a layer', () => flamingo({ ...parts, resampler: { depth: 1.5 }, crossAttention: { every: 1 } })],
  ['a name that is a number', () => spliced({ name: 7, vision, connector: mlpConnector(), language })],
  ['a bias that is a text', () => linear(64, 96, { bias: 'no' })],
  ['a kernel that is a text', () => conv2dLayer(3, 8, { kernel: '3' })],
  ['a depth of a connector that is a text', () => mlpConnector({ depth: '2' })],
  ['a resampler that is a number', () => flamingo({ ...parts, resampler: 3, crossAttention: { every: 1 } })],
  ['an option of the resampler that is misspelt', () => flamingo({ ...parts, resampler: { dept: 2 }, crossAttention: { every: 1 } })],
  ['an option of the cross-attention that is misspelt', () => flamingo({ ...parts, crossAttention: { every: 1, headsDim: 64 } })],
  ['an option of the precision that is misspelt', () => flamingo({ ...parts, crossAttention: { every: 1 }, precision: { langauge: 'int4' } })],
  ['a special token that is misspelt', () => flamingo({ ...parts, crossAttention: { every: 1 }, tokens: { imag: '<i>' } })],
  ['a precision that is none', () => flamingo({ ...parts, crossAttention: { every: 1 }, precision: { language: 'int3' } })],
  ['a convention that is none', () => flamingo({ ...parts, convention: 'openflamingo', crossAttention: { every: 1 } })],
  ['a connector in the place of a way of media', () => flamingo({ ...parts, crossAttention: { every: 1 }, media: mlpConnector() })],
  ['a way of seeing that is none', () => flamingo({ ...parts, crossAttention: { every: 1 }, media: maskedCrossAttention({ sees: 'first' }) })],
  ['a language model in the place of the vision encoder', () => flamingo({ ...parts, vision: language, crossAttention: { every: 1 } })],
  ['blocks at no layer', () => flamingo({ ...parts, convention: 'open-flamingo', crossAttention: { every: 5 } })],
  ['patches that do not divide the picture', () => clipVit({ image: 56, patch: 15, dim: 64, layers: 2, heads: 4 })],
  ['heads that do not divide a model', () => opt({ dim: 96, layers: 4, heads: 5, vocabulary: 261, contextLength: 512 })],
  ['a size of a model that is a text', () => opt({ dim: 96, layers: 4, heads: '4', vocabulary: 261, contextLength: 512 })],
  [
    'shared heads that do not divide the heads',
    () => llama({ dim: 96, layers: 4, heads: 4, keyValueHeads: 3, inner: 256, vocabulary: 261, contextLength: 512 }),
  ],
  ['a width that only the run of the file knows', () => linear(unknown(32), 64)(x)],
  ['heads that only the run of the file knows', () => attention(x, x, x, { heads: unknown(5) })],
  [
    'a product by JavaScript',
    () =>
      block('Plain', {
        sizes: ['dim', 'heads', 'headDim'],
        takes: ['batch text dim'],
        gives: 'batch text dim',
        parts: ({ dim, heads, headDim }) => ({ out: linear(heads * headDim, dim) }),
        forward: ({ parts }, x) => parts.out(x),
      })({ dim: 64, heads: 4, headDim: 8 })(x),
  ],
  ['a kernel that is larger than the picture', () => conv2dLayer(3, 8, { kernel: 30 })(input('p', 'float32', ['images', 3, 28, 28]))],
  ['a block that stands inside itself', () => recursive({ dim: 64 })],
  ['a size of zero', () => feedForward({ dim: 64, inner: 0 })],
];

/** Its own parts hold it. */
const recursive = block('Recursive', {
  sizes: ['dim'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim }): object => ({ inner: recursive({ dim }) }),
  forward: (_context, x) => x,
});
