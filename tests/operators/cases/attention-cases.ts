import { attention } from '../../../dsl/operators/attention.ts';
import type { Shape } from '../../../dsl/tensor.ts';
import { type CaseInput, type Grid, type OperatorCase, sum, tabulate } from '../case.ts';

const HEAD_DIM = 4;

interface Variant {
  readonly name: string;
  readonly heads?: number;
  readonly keyValueHeads?: number;
  readonly mask?: Shape;
  /** Share of keys that are allowed. */
  readonly density?: number;
  readonly bias?: Shape;
  readonly causal?: boolean;
  readonly scale?: number;
  readonly softcap?: number;
  readonly past?: boolean;
  /** Keys and values given with 4 axes. */
  readonly cached?: boolean;
}

const FULL = ['batch', 1, 'text', 'past+keys'];
const NEW = ['batch', 1, 'text', 'keys'];

const VARIANTS: readonly Variant[] = [
  { name: 'bare' },
  { name: 'scaled', scale: 0.3 },
  { name: 'cached keys', cached: true },
  { name: 'shared heads', heads: 4, keyValueHeads: 2 },
  { name: 'one shared head, cached keys', heads: 4, keyValueHeads: 1, cached: true },
  { name: 'mask of every row', mask: NEW },
  { name: 'nothing allowed', mask: NEW, density: 0 },
  { name: 'mask of every head', mask: ['batch', 2, 'text', 'keys'], density: 0.3 },
  { name: 'mask for all rows alike', mask: ['batch', 1, 1, 'keys'] },
  { name: 'mask for all keys alike', mask: [1, 1, 'text', 1] },
  { name: 'mask, cached keys', mask: NEW, cached: true },
  { name: 'bias', bias: NEW },
  { name: 'bias of every head, all rows alike', bias: [1, 2, 1, 'keys'] },
  { name: 'mask and bias', mask: NEW, bias: [1, 2, 'text', 'keys'], density: 0.3 },
  {
    name: 'mask for all rows alike and bias',
    mask: ['batch', 1, 1, 'keys'],
    bias: [1, 2, 1, 'keys'],
    density: 0.3,
  },
  { name: 'causal', causal: true },
  { name: 'causal and mask', causal: true, mask: NEW, density: 0.4 },
  { name: 'causal, mask for all rows alike', causal: true, mask: ['batch', 1, 1, 'keys'], density: 0.3 },
  { name: 'past', past: true },
  { name: 'past, nothing allowed', past: true, mask: FULL, density: 0 },
  { name: 'past, mask of every head', past: true, mask: ['batch', 2, 'text', 'past+keys'], density: 0.3 },
  { name: 'past, mask for all keys alike', past: true, mask: [1, 1, 'text', 1] },
  { name: 'past, bias of every head, all rows alike', past: true, bias: [1, 2, 1, 'past+keys'] },
  { name: 'past, one shared head', past: true, heads: 4, keyValueHeads: 1, causal: true },
  { name: 'past, mask, shared heads', past: true, heads: 4, keyValueHeads: 2, mask: FULL, density: 0.5 },
  {
    name: 'past, mask of the keys, shared heads',
    past: true,
    heads: 6,
    keyValueHeads: 2,
    mask: ['batch', 1, 1, 'past+keys'],
  },
  {
    name: 'past, mask, bias, shared heads',
    past: true,
    heads: 4,
    keyValueHeads: 2,
    mask: FULL,
    bias: [1, 1, 1, 'past+keys'],
  },
  {
    name: 'past, bias of every row, shared heads',
    past: true,
    heads: 4,
    keyValueHeads: 2,
    bias: [1, 1, 'text', 'past+keys'],
  },
  { name: 'past, cached keys', past: true, cached: true },
  { name: 'past, causal', past: true, causal: true },
  { name: 'past, causal, mask', past: true, causal: true, mask: FULL, density: 0.4 },
  {
    name: 'past, causal, mask of the keys',
    past: true,
    causal: true,
    mask: ['batch', 1, 1, 'past+keys'],
    density: 0.4,
  },
  {
    name: 'past, causal, mask and bias',
    past: true,
    causal: true,
    mask: FULL,
    bias: [1, 2, 'text', 'past+keys'],
  },
  {
    name: 'past, causal, mask, bias, shared heads',
    past: true,
    causal: true,
    heads: 4,
    keyValueHeads: 2,
    mask: FULL,
    density: 0.4,
    bias: ['batch', 4, 'text', 'past+keys'],
    scale: 0.7,
  },
  { name: 'capped scores, mask', softcap: 0.5, scale: 2, mask: NEW, density: 0.4 },
  { name: 'capped scores, bias, cached keys', softcap: 0.5, bias: NEW, cached: true },
  {
    name: 'past, capped scores, mask, shared heads',
    past: true,
    heads: 4,
    keyValueHeads: 2,
    mask: FULL,
    density: 0.4,
    softcap: 0.5,
  },
];

function attentionCase(variant: Variant): OperatorCase {
  const {
    heads = 2,
    keyValueHeads = heads,
    mask,
    density = 0.6,
    bias,
    causal = false,
    scale,
    softcap,
    past = false,
  } = variant;
  const stored = ['batch', keyValueHeads, 'keys', HEAD_DIM];
  const keys: Shape = variant.cached === true ? stored : ['batch', 'keys', keyValueHeads * HEAD_DIM];
  const cache: Shape = ['batch', keyValueHeads, 'past', HEAD_DIM];
  const inputs: Record<string, CaseInput> = {
    query: { shape: ['batch', 'text', heads * HEAD_DIM] },
    key: { shape: keys },
    value: { shape: keys },
    ...(mask && { mask: { shape: mask, dtype: 'bool', draw: (u) => (u < density ? 1 : 0) } }),
    ...(bias && { bias: { shape: bias } }),
    ...(past && { pastKey: { shape: cache }, pastValue: { shape: cache } }),
  };
  return {
    file: 'attention',
    name: variant.name,
    inputs,
    sizes: [
      { batch: 2, text: 3, keys: 5, past: past ? 2 : 0 },
      { batch: 1, text: 1, keys: 1, past: past ? 4 : 0 },
      { batch: 2, text: 4, keys: 4, past: 0 },
      // From 32 queries on a past is attended to otherwise.
      ...(past ? [{ batch: 2, text: 33, keys: 33, past: 3 }] : []),
    ],
    exactZeros: true,
    build: (x) => {
      const { result, newKey, newValue } = attention(x('query'), x('key'), x('value'), {
        heads,
        keyValueHeads,
        causal,
        ...(mask && { mask: x('mask') }),
        ...(bias && { bias: x('bias') }),
        ...(scale !== undefined && { scale }),
        ...(softcap !== undefined && { softcap }),
        ...(past && { past: { key: x('pastKey'), value: x('pastValue') } }),
      });
      return [result, newKey, newValue];
    },
    expected: (x, size) => {
      const [batch, text, before, all] = [
        size('batch'),
        size('text'),
        size('past'),
        size('past') + size('keys'),
      ];
      const added = (name: string) =>
        tabulate([batch, keyValueHeads, size('keys'), HEAD_DIM], (b, h, j, d) =>
          variant.cached === true ? x(name).at(b, h, j, d) : x(name).at(b, j, h * HEAD_DIM + d),
        );
      const [newKey, newValue] = [added('key'), added('value')];
      const joined = (earlier: string, later: Grid) =>
        tabulate([batch, keyValueHeads, all, HEAD_DIM], (b, h, j, d) =>
          j < before ? x(earlier).at(b, h, j, d) : later.at(b, h, j - before, d),
        );
      const [key, value] = [joined('pastKey', newKey), joined('pastValue', newValue)];
      const group = heads / keyValueHeads;
      const shares = tabulate([batch, heads, text, all], (b, h, i, j) => {
        if (mask && x('mask').at(b, h, i, j) === 0) return 0;
        if (causal && j > before + i) return 0;
        const products = (d: number) =>
          x('query').at(b, i, h * HEAD_DIM + d) * key.at(b, Math.floor(h / group), j, d);
        const whole = (scale ?? 1 / Math.sqrt(HEAD_DIM)) * sum(HEAD_DIM, products);
        const score = softcap === undefined ? whole : softcap * Math.tanh(whole / softcap);
        return Math.exp(score + (bias ? x('bias').at(b, h, i, j) : 0));
      });
      const result = tabulate([batch, text, heads * HEAD_DIM], (b, i, feature) => {
        const [h, d] = [Math.floor(feature / HEAD_DIM), feature % HEAD_DIM];
        const total = sum(all, (j) => shares.at(b, h, i, j));
        if (total === 0) return 0;
        return sum(all, (j) => shares.at(b, h, i, j) * value.at(b, Math.floor(h / group), j, d)) / total;
      });
      return [result, newKey, newValue];
    },
  };
}

export const attentionCases: readonly OperatorCase[] = VARIANTS.map(attentionCase);
