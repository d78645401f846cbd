import {
  add,
  attention,
  block,
  gelu,
  input,
  linear,
  multiply,
  product,
  rearrange,
  rmsNorm,
  rotary,
  type Tensor,
} from '../../dsl/index.ts';
import type { LinearLayer } from '../../dsl/layers/linear.ts';

/** Blocks as authors write them, with masks and biases over cached keys: what every TypeScript must take. */
export const plain = block('Plain', {
  sizes: ['dim', 'heads', 'headDim'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, heads, headDim }) => ({
    q: linear(dim, heads * headDim),
    k: linear(dim, heads * headDim),
    v: linear(dim, heads * headDim),
    o: linear(heads * headDim, dim),
    norm: rmsNorm(dim),
  }),
  forward: ({ parts, sizes }, x, visible, pastKey, pastValue) => {
    const h = parts.norm(x);
    const { result, newKey, newValue } = attention(parts.q(h), parts.k(h), parts.v(h), {
      past: { key: pastKey, value: pastValue },
      mask: visible,
      heads: sizes.heads,
    });
    return [add(x, parts.o(result)), newKey, newValue];
  },
});
export const grouped = block('Grouped', {
  sizes: ['dim', 'heads', 'shared', 'headDim'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch text: int64',
    'batch shared past headDim',
    'batch shared past headDim',
  ],
  gives: ['batch text dim', 'batch shared text headDim', 'batch shared text headDim'],
  parts: ({ dim, heads, shared, headDim }) => ({
    q: linear(dim, heads * headDim),
    k: linear(dim, shared * headDim),
    v: linear(dim, shared * headDim),
    o: linear(heads * headDim, dim),
  }),
  forward: ({ parts, sizes }, x, visible, positions, pastKey, pastValue) => {
    const { heads, shared } = sizes;
    const q = rotary(parts.q(x), positions, { heads, base: 10_000 });
    const k = rotary(parts.k(x), positions, { heads: shared, base: 10_000 });
    const a = attention(q, k, parts.v(x), {
      heads,
      keyValueHeads: shared,
      mask: visible,
      scale: 0.5,
      past: { key: pastKey, value: pastValue },
    });
    const b = attention(
      rotary(parts.q(x), positions, { heads, base: 10_000 }),
      rotary(parts.k(x), positions, { heads: shared, base: 10_000 }),
      parts.v(x),
      { heads, keyValueHeads: shared, mask: visible, scale: 0.5, past: { key: pastKey, value: pastValue } },
    );
    return [add(x, parts.o(multiply(a.result, b.result))), a.newKey, a.newValue];
  },
});
export const biased = block('Biased', {
  sizes: ['dim', 'heads', 'headDim'],
  takes: [
    'batch text dim',
    'batch 1 1 past+text: bool',
    '1 heads text past+text',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, heads, headDim }) => ({
    qkv: linear(dim, 3 * heads * headDim),
    q: linear(dim, heads * headDim),
    k: linear(dim, heads * headDim),
    o: linear(heads * headDim, dim),
  }),
  forward: ({ parts, sizes }, x, padding, bias, pastKey, pastValue) => {
    const past = { key: pastKey, value: pastValue };
    const options = { heads: sizes.heads, mask: padding, bias, causal: true, past };
    const { result, newKey, newValue } = attention(parts.q(x), parts.k(x), parts.k(x), options);
    return [add(x, parts.o(result)), newKey, newValue];
  },
});

/** Requires what the block around it requires too. */
const byHeads = block('ByHeads', {
  sizes: ['dim', 'heads', 'headDim'],
  requires: ['dim = heads*headDim', 'heads divides dim'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, heads, headDim }) => ({ out: linear(product(heads, headDim), dim) }),
  // `dim` is heads*headDim in here: it is split without naming both, and what comes back is `dim`.
  forward: ({ parts, sizes: { heads } }, x) =>
    parts.out(
      rearrange(
        rearrange(x, 'batch text (heads size) -> batch heads text size', { heads }),
        'batch heads text size -> batch text (heads size)',
      ),
    ),
});
export const nested = block('Nested', {
  sizes: ['width', 'heads', 'headDim', 'inner', 'dim'],
  requires: ['inner = 2*width', 'heads*headDim = width', 'dim = width'],
  takes: ['batch text width'],
  gives: ['batch text heads*headDim', 'batch text inner'],
  parts: ({ width, heads, headDim, inner, dim }) => ({
    first: byHeads({ dim: width, heads, headDim }),
    second: byHeads({ dim, heads, headDim }),
    up: linear(product(heads, headDim), product(2, headDim, heads)),
    same: linear(inner, inner),
  }),
  forward: ({ parts }, x) => [parts.second(parts.first(x)), parts.same(gelu(parts.up(x)))],
});
const made = nested({ width: 64, heads: 4, headDim: 16, inner: 128, dim: 64 });
/** With its sizes, those of what is inside are numbers. */
export const up: LinearLayer<64, 128> = made.parts.up;
export const inside: LinearLayer<64, 64> = made.parts.first.parts.out;
export const results: readonly [
  Tensor<'float32', readonly ['batch', 'text', 64]>,
  Tensor<'float32', readonly ['batch', 'text', 128]>,
] = made(input('x', 'float32', ['batch', 'text', 64]));
