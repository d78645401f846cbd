/**
 * Wrong uses of operators and patterns, each under its sentence: what the type checker says where sizes are literal is
 * what is said when the model is built. `shape-cases.test.ts` checks both. This file is left out of the project's own
 * type check.
 */
import {
  add,
  alibi,
  and,
  arange,
  argmax,
  argmin,
  attention,
  avgPool1d,
  avgPool2d,
  batchNorm,
  batchNormalize,
  biasGelu,
  chunk,
  concat,
  constant,
  conv1d,
  conv1dLayer,
  conv2d,
  conv2dLayer,
  conv3d,
  convTranspose,
  cumprod,
  cumsum,
  divide,
  dropout,
  einsum,
  embedding as embeddingLayer,
  equal,
  expand,
  gatedAdd,
  gather,
  gelu,
  groupNorm,
  groupNormalize,
  interpolateRows,
  layerNorm,
  layerNormalize,
  less,
  linear as linearLayer,
  logSoftmax,
  matmul,
  matmulTransposed,
  maxPool2d,
  maxPool3d,
  multiply,
  neg,
  not,
  oneHot,
  pad,
  rearrange,
  reduce,
  reduceMean,
  reduceSum,
  relu,
  remainder,
  repeat,
  reshape,
  rmsNormalize,
  roll,
  round,
  rotary,
  rotary2d,
  scan,
  scatterAdd,
  skipLayerNormalize,
  skipRmsNormalize,
  slice,
  slidingWindowMask,
  softmax,
  sort,
  split,
  takeAlongAxis,
  topK,
  transpose,
  tril,
  triu,
  where,
} from '../../../dsl/index.ts';
import { embedding } from '../../../dsl/operators/embedding.ts';
import { linear } from '../../../dsl/operators/linear.ts';
import { b, f, h, i } from '../makers.ts';
import type { Mistake } from '../mistake.ts';

const x = f('batch', 'text', 8);
const y = f('batch', 'keys', 8);
const past = f('batch', 2, 'past', 4);

/** Found by the types from the tensors' dtypes and shapes. */
export const tensorMistakes: readonly Mistake[] = [
  ['add: dtypes float32 and int64 do not mix; use cast to change one of them', () => add(x, i('text', 8))],
  [
    'multiply: dtypes float32 and float16 do not mix; use cast to change one of them',
    () => multiply(x, h(8)),
  ],
  [
    'add: the left operand must be a number dtype, but it is bool; use cast to change it',
    () => add(b(2), b(2)),
  ],
  ['add: shapes [2, 3] and [2] do not broadcast: axis -1 is 3 against 2', () => add(f(2, 3), f(2))],
  [
    'divide: shapes [batch, text, 8] and [batch, keys, 8] do not broadcast: axis -2 is text against keys',
    () => divide(x, y),
  ],
  [
    'equal: shapes [batch, text] and [batch] do not broadcast: axis -1 is text against batch',
    () => equal(i('batch', 'text'), i('batch')),
  ],
  [
    'less: the left operand must be a number dtype, but it is bool; use cast to change it',
    () => less(b(2), b(2)),
  ],
  ['and: the left operand must be bool, but it is float32; use cast to change it', () => and(f(2), f(2))],
  ['not: x must be bool, but it is int64; use cast to change it', () => not(i(2))],
  [
    'where: the condition must be bool, but it is float32; use cast to change it',
    () => where(f(2), f(2), f(2)),
  ],
  [
    'where: dtypes float32 and int64 do not mix; use cast to change one of them',
    () => where(b(2), f(2), i(2)),
  ],
  ['where: shapes [2] and [3] do not broadcast: axis -1 is 2 against 3', () => where(b(2), f(3), f(2))],
  ['where: shapes [2] and [3] do not broadcast: axis -1 is 2 against 3', () => where(b(2), 0, f(3))],
  ['gelu: x must be a float dtype, but it is int64; use cast to change it', () => gelu(i(2))],
  ['relu: x must be a float dtype, but it is bool; use cast to change it', () => relu(b(2))],
  [
    'neg: x must be float32 or float16 or bfloat16 or int64 or int32 or int8, but it is bool; use cast to change it',
    () => neg(b(2)),
  ],
  [
    'matmul: the last axis of [2, 3] is 3, but the axis before the last of [4, 5] is 4; they must be equal',
    () => matmul(f(2, 3), f(4, 5)),
  ],
  ['matmul: both sides need at least 2 axes, but the shapes are [3] and [3, 5]', () => matmul(f(3), f(3, 5))],
  [
    'matmul: shapes [2] and [3] do not broadcast: axis -1 is 2 against 3',
    () => matmul(f(2, 4, 8), f(3, 8, 4)),
  ],
  [
    'matmul: the left operand must be a float dtype, but it is int64; use cast to change it',
    () => matmul(i(2, 3), i(3, 2)),
  ],
  [
    'matmul: the last axis of [2, 3] is 3, but the axis before the last of [4, 5] is 4; they must be equal',
    () => matmulTransposed(f(2, 3), f(5, 4)),
  ],
  ['linear: x is [batch, text, 8], so weight must be [out, 8], but it is [5, 4]', () => linear(x, f(5, 4))],
  ['linear: weight is [5, 8], so bias must be [5], but it is [8]', () => linear(x, f(5, 8), f(8))],
  ['linear: dtypes float32 and int64 do not mix; use cast to change one of them', () => linear(x, i(5, 8))],
  ['concat: dtypes float32 and int64 do not mix; use cast to change one of them', () => concat([f(2), i(2)])],
  ['concat: there is no axis 1 in [2]', () => concat([f(2), f(2)], 1)],
  [
    'concat: shapes [batch, text, 8] and [batch, keys, 8] must agree in every axis but axis 2',
    () => concat([x, y], 2),
  ],
  ['split: axis 0 of [6] is 6, but the parts add up to 5', () => split(f(6), [2, 3])],
  ['split: there is no axis 1 in [6]', () => split(f(6), [2, 4], 1)],
  ['chunk: axis -1 of [7] is 7, which is not a multiple of 2', () => chunk(f(7), 2)],
  ['slice: 2 to 6 does not lie within axis 0 of [4], which is 4', () => slice(f(4), 0, 2, 6)],
  ['slice: 5 to the end does not lie within axis 0 of [4], which is 4', () => slice(f(4), 0, 5)],
  ['slice: -5 to the end does not lie within axis -1 of [2, 4], which is 4', () => slice(f(2, 4), -1, -5)],
  ['slice: there is no axis 3 in [batch, text, 8]', () => slice(x, 3, 0)],
  [
    'gather: indices must be int64 or int32, but it is float32; use cast to change it',
    () => gather(f(4), f(2)),
  ],
  ['gather: there is no axis 1 in [4]', () => gather(f(4), i(2), 1)],
  ['embedding: weight must be [vocabulary, dim], but it is [4]', () => embedding(f(4), i(2))],
  ['reshape: [2, 3] holds 6 elements, but [4] holds 4', () => reshape(f(2, 3), [4])],
  ['reshape: [2, 3] holds 6 elements, but [4, -1] holds a multiple of 4', () => reshape(f(2, 3), [4, -1])],
  ['expand: [2, 3] does not stretch to [4, 3]', () => expand(f(2, 3), [4, 3])],
  [
    'transpose: [0, 0, 1] must name each of the 3 axes of [batch, text, 8] once',
    () => transpose(x, [0, 0, 1]),
  ],
  ['reduceSum: there is no axis 1 in [2]', () => reduceSum(f(2), [1])],
  ['reduceMean: [1, 1] names an axis of [2, 3] twice', () => reduceMean(f(2, 3), [1, -1])],
  ['reduceMean: x must be a float dtype, but it is int64; use cast to change it', () => reduceMean(i(2))],
  ['softmax: there is no axis 3 in [2]', () => softmax(f(2), 3)],
  ['softmax: there is no axis -2 in [2]', () => softmax(f(2), -2)],
  ['logSoftmax: x must be a float dtype, but it is int64; use cast to change it', () => logSoftmax(i(2))],
  [
    'cumsum: x must be float32 or int64 or int32, but it is bool; use cast to change it',
    () => cumsum(b(2)),
  ],
  [
    'topK: k must be from 1 to the size of axis -1 of [batch, text, 8], but it is 9',
    () => topK(x, 9),
  ],
  ['topK: k must be from 1 to the size of axis 0 of [0, 8], but it is 1', () => topK(f(0, 8), 1, 0)],
  ['topK: k must be from 1 to the size of axis -1 of [text], but it is 0', () => topK(f('text'), 0)],
  [
    'takeAlongAxis: indices must have the axes of x, [batch, text, 8], or 1 in their place, but for axis 1, but they are [batch, 3, 4]',
    () => takeAlongAxis(x, i('batch', 3, 4), 1),
  ],
  [
    'takeAlongAxis: indices must have the axes of x, [batch, text, 8], or 1 in their place, but for axis 1, but they are [batch, 3]',
    () => takeAlongAxis(x, i('batch', 3), 1),
  ],
  ['takeAlongAxis: there is no axis 3 in [batch, text, 8]', () => takeAlongAxis(x, i(1, 1, 1), 3)],
  [
    'takeAlongAxis: indices must be int64 or int32, but it is float32; use cast to change it',
    () => takeAlongAxis(x, x),
  ],
  ['round: x must be a float dtype, but it is int64; use cast to change it', () => round(i(3))],
  ['roll: there is no axis 3 in [batch, text, 8]', () => roll(x, 1, 3)],
  ['roll: there is no axis -4 in [batch, text, 8]', () => roll(x, [1, 1], [0, -4])],
  ['tril: x needs at least 2 axes, but it is [8]', () => tril(f(8))],
  ['triu: x needs at least 2 axes, but it is []', () => triu(f())],
  ['cumprod: there is no axis 1 in [2]', () => cumprod(f(2), 1)],
  [
    'cumprod: x must be float32 or int64 or int32, but it is bool; use cast to change it',
    () => cumprod(b(2)),
  ],
  [
    'remainder: the left operand must be int64 or int32, but it is float32; use cast to change it',
    () => remainder(x, 2),
  ],
  ['topK: there is no axis 3 in [batch, text, 8]', () => topK(x, 2, 3)],
  [
    'topK: x must be a float dtype or int64 or int32, but it is bool; use cast to change it',
    () => topK(b(8), 2),
  ],
  ['sort: there is no axis 1 in [8]', () => sort(f(8), 1)],
  [
    'sort: x must be a float dtype or int64 or int32, but it is bool; use cast to change it',
    () => sort(b(8)),
  ],
  ['argmax: axis 1 of [2, 0] has no elements', () => argmax(f(2, 0), 1)],
  ['argmin: there is no axis -2 in [2]', () => argmin(f(2), -2)],
  [
    'argmax: x must be a float dtype or int64 or int32, but it is bool; use cast to change it',
    () => argmax(b(8)),
  ],
  [
    'oneHot: indices must be int64 or int32, but it is float32; use cast to change it',
    () => oneHot(f(8), 4),
  ],
  [
    'layerNormalize: x is [batch, text, 8], so weight must be [8], but it is [4]',
    () => layerNormalize(x, f(4)),
  ],
  [
    'layerNormalize: x is [batch, text, 8], so bias must be [8], but it is [4]',
    () => layerNormalize(x, f(8), f(4)),
  ],
  [
    'rmsNormalize: dtypes float16 and float32 do not mix; use cast to change one of them',
    () => rmsNormalize(h(2, 8), f(8)),
  ],
  [
    'skipLayerNormalize: skip must have the shape of x, [batch, text, 8], but it is [batch, keys, 8]',
    () => skipLayerNormalize(x, y, f(8)),
  ],
  [
    'skipRmsNormalize: x is [batch, text, 8], so weight must be [8], but it is [4]',
    () => skipRmsNormalize(x, x, f(4)),
  ],
  ['biasGelu: x is [batch, text, 8], so bias must be [8], but it is [4]', () => biasGelu(x, f(4))],
  ['gatedAdd: gate must hold 1 value, but it is [8]', () => gatedAdd(x, x, f(8))],
  [
    'conv2d: x must be [batch, in, height, width], but it is [3, 8, 8]',
    () => conv2d(f(3, 8, 8), f(4, 3, 2, 2)),
  ],
  [
    'conv2d: x is [1, 4, 8, 8], so weight must be [out, 4, height, width], but it is [3, 2, 2, 2]',
    () => conv2d(f(1, 4, 8, 8), f(3, 2, 2, 2)),
  ],
  [
    'conv2d: x is [1, 4, 8, 8], so weight must be [out, 4/2, height, width], but it is [4, 3, 2, 2]',
    () => conv2d(f(1, 4, 8, 8), f(4, 3, 2, 2), undefined, { groups: 2 }),
  ],
  [
    'conv2d: weight is [4, 3, 2, 2], so bias must be [4], but it is [3]',
    () => conv2d(f(1, 3, 8, 8), f(4, 3, 2, 2), f(3)),
  ],
  [
    'conv1d: x must be [batch, in, length], but it is [1, 4, 8, 8]',
    () => conv1d(f(1, 4, 8, 8), f(4, 4, 2)),
  ],
  [
    'conv3d: x is [1, 4, 8, 8, 8], so weight must be [out, 4, depth, height, width], but it is [4, 4, 2, 2]',
    () => conv3d(f(1, 4, 8, 8, 8), f(4, 4, 2, 2)),
  ],
  [
    'conv1d: x must be a float dtype, but it is int64; use cast to change it',
    () => conv1d(i(1, 4, 8), i(4, 4, 2)),
  ],
  ['conv2d: x is [1, 4, 8, 8], but it must have 3 channels', () => conv2dLayer(3, 8, { kernel: 2 })(f(1, 4, 8, 8))],
  ['conv1d: x must be [batch, in, length], but it is [4, 8]', () => conv1dLayer(4, 8, { kernel: 2 })(f(4, 8))],
  [
    'maxPool2d: x must be [batch, channels, height, width], but it is [3, 8, 8]',
    () => maxPool2d(f(3, 8, 8), 2),
  ],
  [
    'avgPool1d: x must be [batch, channels, length], but it is [1, 3, 8, 8]',
    () => avgPool1d(f(1, 3, 8, 8), 2),
  ],
  [
    'maxPool3d: x must be a float dtype, but it is int64; use cast to change it',
    () => maxPool3d(i(1, 3, 8, 8, 8), 2),
  ],
  ['groupNormalize: x must be [batch, channels, ...], but it is [8]', () => groupNormalize(f(8), 2)],
  [
    'groupNormalize: groups must divide the 6 channels of [1, 6], but it is 4',
    () => groupNormalize(f(1, 6), 4),
  ],
  [
    'groupNormalize: x is [1, 6], so weight must be [6], but it is [3]',
    () => groupNormalize(f(1, 6), 3, f(3)),
  ],
  [
    'groupNormalize: dtypes float32 and float16 do not mix; use cast to change one of them',
    () => groupNormalize(f(1, 6), 3, h(6)),
  ],
  [
    'groupNormalize: x is [1, 6, 4], so weight must be [6], but it is [8]',
    () => groupNorm(4, 8)(f(1, 6, 4)),
  ],
  [
    'batchNormalize: x is [1, 6], so variance must be [6], but it is [1]',
    () => batchNormalize(f(1, 6), f(6), f(1)),
  ],
  [
    'batchNormalize: x must be a float dtype, but it is int64; use cast to change it',
    () => batchNormalize(i(1, 6), i(6), i(6)),
  ],
  [
    'batchNormalize: x must be [batch, channels, ...], but it is [6]',
    () => batchNorm(6)(f(6)),
  ],
  ['dropout: x must be a float dtype, but it is int64; use cast to change it', () => dropout(i(8), 0.1)],
  [
    'rotary: x must be [batch, text, 3*headDim], but it is [batch, text, 8]',
    () => rotary(x, i('batch', 'text'), { heads: 3 }),
  ],
  [
    'rotary: positions must be int64 [batch, text], but they are int64 [text]',
    () => rotary(x, i('text'), { heads: 2 }),
  ],
  [
    'rotary: positions must be int64 [batch, text], but they are int64 [batch, keys]',
    () => rotary(x, i('batch', 'keys'), { heads: 2 }),
  ],
  [
    'alibi: queryPositions must be int64 [batch, length], but it is int64 [text]',
    () => alibi(i('text'), i(1, 'keys'), 4),
  ],
  [
    "scan: the state 'h' must stay float32 [batch, 4], but after a step it is float32 [batch, 8]",
    () =>
      scan({
        state: { h: f('batch', 4) },
        over: { x: f('text', 'batch', 4) },
        step: ({ h }, { x }) => ({ state: { h: concat([h, x], 1) } }),
      }),
  ],
  [
    'scan: there is no axis 3 in [text, batch, 4]',
    () =>
      scan({
        state: { h: f('batch', 4) },
        over: { x: f('text', 'batch', 4) },
        axis: 3,
        step: ({ h }) => ({ state: { h } }),
      }),
  ],
  [
    'rotary2d: x must be [batch, text, 3*headDim], but it is [batch, text, 8]',
    () => rotary2d(x, { heads: 3, rows: 2, columns: 2 }),
  ],
  [
    'slidingWindowMask: keyPositions must be int64 [batch, length], but it is int64 [keys]',
    () => slidingWindowMask(i(1, 'text'), i('keys'), 4),
  ],
  [
    'interpolateRows: rows must be [count, dim] with a known count, but it is [batch, text, 8]',
    () => interpolateRows(x, 'frames'),
  ],
  [
    'attention: the query must be [batch, queries, heads*headDim], but it is [text, 8]',
    () => attention(f('text', 8), y, y, { heads: 2 }),
  ],
  [
    "attention: the query's width 8 is not a multiple of its 3 heads; choose heads that divide it",
    () => attention(x, y, y, { heads: 3 }),
  ],
  [
    'attention: the key must be [batch, keys, 2*4] or [batch, 2, keys, 4] to fit the query, but it is [batch, keys, 6]',
    () => attention(x, f('batch', 'keys', 6), y, { heads: 2 }),
  ],
  [
    'attention: the value must be [batch, keys, 2*4] or [batch, 2, keys, 4] to fit the query, but it is [batch, 4, keys, 2]',
    () => attention(x, y, f('batch', 4, 'keys', 2), { heads: 2 }),
  ],
  [
    'attention: key and value must have one shape, but they are [batch, keys, 8] and [batch, text, 8]',
    () => attention(x, y, x, { heads: 2 }),
  ],
  [
    'attention: the mask must be bool, but it is float32; use cast to change it',
    () => attention(x, y, y, { heads: 2, mask: f('batch', 1, 'text', 'keys') }),
  ],
  [
    'attention: the mask must stretch to [batch, heads, queries, keys] = [batch, 2, text, keys], but it is [batch, text, keys]',
    () => attention(x, y, y, { heads: 2, mask: b('batch', 'text', 'keys') }),
  ],
  [
    'attention: the mask must stretch to [batch, heads, queries, keys] = [batch, 2, text, keys+past], but it is [batch, 1, text, keys]',
    () =>
      attention(x, y, y, { heads: 2, mask: b('batch', 1, 'text', 'keys'), past: { key: past, value: past } }),
  ],
  [
    'attention: the bias must stretch to [batch, heads, queries, keys] = [batch, 2, text, keys], but it is [1, 3, text, keys]',
    () => attention(x, y, y, { heads: 2, bias: f(1, 3, 'text', 'keys') }),
  ],
  [
    'attention: the past key must be [batch, 2, past, 4], but it is [batch, 4, past, 4]',
    () => attention(x, y, y, { heads: 2, past: { key: f('batch', 4, 'past', 4), value: past } }),
  ],
  [
    'attention: the past key and the past value must be equally long',
    () => attention(x, y, y, { heads: 2, past: { key: past, value: f('batch', 2, 'keys', 4) } }),
  ],
  [
    'scatterAdd: updates must start with the axes of the indices, [3], but they are [2, 4]',
    () => scatterAdd(f(2, 4), i(3), 8),
  ],
  ['linear: dtypes int64 and float32 do not mix; use cast to change one of them', () => linearLayer(8, 2)(i(3, 8))],
  ['linear: x is [batch, text, 8], so weight must be [out, 8], but it is [2, 4]', () => linearLayer(4, 2)(x)],
  ['layerNormalize: dtypes float16 and float32 do not mix; use cast to change one of them', () => layerNorm(8)(h(8))],
  ['gather: indices must be int64 or int32, but it is float32; use cast to change it', () => embeddingLayer(9, 8)(x)],
  ["axis '(h d)' is 8, which 3 does not divide", () => rearrange(x, 'b t (h d) -> b h t d', { h: 3 })],
  [
    "axis '(h d)' is 8, but the pattern makes it 6",
    () => rearrange(x, 'b t (h d) -> b h t d', { h: 3, d: 2 }),
  ],
  ["axis '(h d)' is 8: give the size of all its parts but one", () => rearrange(x, 'b t (h d) -> b h t d')],
  ["axis 'd' is 8, but the pattern makes it 4", () => reduce(x, 'b t d -> b d', 'mean', { d: 4 })],
  ["axis '1' is text, but the pattern makes it 1", () => rearrange(x, 'b 1 d -> b d')],
  [
    'the pattern has 2 axes on the left, but the tensor [batch, text, 8] has 3',
    () => rearrange(x, 'b d -> d b'),
  ],
  [
    'the pattern has at least 4 axes on the left, but the tensor [batch, text, 8] has 3',
    () => rearrange(x, 'a b ... c d -> a b c d ...'),
  ],
  ["axis 'n' is new on the right of ->, so give its size", () => repeat(x, 'b t d -> b n t d')],
  [
    "axis 'd' is 8 in one tensor and 4 in another",
    () => einsum('b i d, b j d -> b i j', x, f('batch', 'keys', 4)),
  ],
  [
    "'b i d' has 3 axes, but its tensor [batch, 8] has 2",
    () => einsum('b i d, b j d -> b i j', f('batch', 8), y),
  ],
];

/** Found by the types whatever the tensors are. */
export const writtenMistakes: readonly Mistake[] = [
  ['concat: at least one tensor is needed', () => concat([])],
  ['reshape: [-1, -1] may have -1 once', () => reshape(x, [-1, -1])],
  ['oneHot: depth must be 1 or more, but it is 0', () => oneHot(i(2), 0)],
  [
    'attention: 4 query heads cannot share 3 key and value heads evenly',
    () => attention(x, y, y, { heads: 4, keyValueHeads: 3 }),
  ],
  ["unknown axis 'e' on the right of ->; the left has: b t d", () => rearrange(x, 'b t d -> b t e')],
  ["axis 't' on the left of -> is missing on the right", () => rearrange(x, 'b t d -> b d')],
  ["axis 'b' occurs twice on the left of ->", () => rearrange(x, 'b b d -> b d')],
  ["'...' occurs twice on the left of ->", () => rearrange(x, '... d ... -> d ...')],
  ["'...' must be on both sides of -> or on neither", () => rearrange(x, '... d -> d')],
  ["the pattern 'b t d' needs one '->' between the axes before and after", () => rearrange(x, 'b t d')],
  ["the parentheses of the pattern 'b t (d -> b t d' do not match", () => rearrange(x, 'b t (d -> b t d')],
  ['the number 2 can stand only on the right of -> in repeat', () => rearrange(x, 'b t d -> b 2 t d')],
  [
    "a size is given for 'k', which the pattern does not have",
    () => rearrange(x, 'b t d -> b d t', { k: 2 }),
  ],
  ['a comma separates tensors in einsum patterns only', () => rearrange(x, 'b t d, d -> b t d')],
  ['the pattern has 2 operands, but 1 tensors are given', () => einsum('b t d, d e -> b t e', x)],
  ['einsum takes names of single axes only', () => einsum('b t (h d) -> b h', x)],
  ["axis 'd' occurs twice in 'd d'", () => einsum('b t d -> d d', x)],
  ["unknown axis 'e' on the right of ->; the left has: b t d", () => einsum('b t d -> b e', x)],
];

/** Found only when the model is built: the types do not look at values, nor compute with what they decide. */
export const builtMistakes: readonly Mistake[] = [
  [
    'convTranspose: conv2d turns [1, 2, 5, 4] into [1, 4, 4, 3], but y is [1, 4, 3, 3]',
    () => convTranspose(f(1, 4, 3, 3), f(4, 2, 2, 2), [5, 4]),
  ],
  [
    'convTranspose: size must be one to three sizes, but it is []',
    () => convTranspose(f(1, 4, 3, 3), f(4, 2, 2, 2), []),
  ],
  ['pad: sizes must be 0 or more, but one is -1', () => pad(f(2), [{ axis: 0, before: -1 }])],
  ['pad: there is no axis 1 in [2]', () => pad(f(2), [{ axis: 1 }])],
  ['pad: [1, 1] names an axis of [2, 3] twice', () => pad(f(2, 3), [{ axis: 1 }, { axis: -1 }])],
  ['constant: [2] holds 2 values, but 3 were given', () => constant([1, 2, 3], [2])],
  ['constant: the values do not all fit int64', () => constant([1.5], [1], 'int64')],
  ['constant: the values do not all fit uint8', () => constant([256], [1], 'uint8')],
  ['slice: the step must be a whole number above 0, but it is 0', () => slice(f(4), 0, 0, 4, 0)],
  [
    'slice: a step of 2 needs an axis of known size, but [batch, text, 8] has text there',
    () => slice(x, 1, 0, undefined, 2),
  ],
  ['arange: the size must be 0 or more, but it is -1', () => arange(-1)],
  ['softmax: there is no axis -1 in []', () => softmax(f())],
  [
    'roll: each axis needs one shift, but there are 2 axes and 1 shifts',
    () => roll(x, 1, [0, 1]),
  ],
  ['roll: [1, 1] names an axis of [batch, text, 8] twice', () => roll(x, [1, 1], [1, -2])],
  ['roll: a shift must be a whole number, but one is 0.5', () => roll(x, 0.5, 1)],
  ['tril: the diagonal must be a whole number, but it is 0.5', () => tril(x, 0.5)],
  ['topK: there is no axis -1 in []', () => topK(f(), 1)],
  [
    'conv2d: stride must be a whole number from 1 up, but it is 0',
    () => conv2d(f(1, 3, 8, 8), f(4, 3, 2, 2), undefined, { stride: 0 }),
  ],
  [
    'conv2d: stride must be one number or 2, but it is [1, 2, 1]',
    () => conv2d(f(1, 3, 8, 8), f(4, 3, 2, 2), undefined, { stride: [1, 2, 1] }),
  ],
  [
    'conv2d: padding must be a whole number from 0 up, but it is -1',
    () => conv2d(f(1, 3, 8, 8), f(4, 3, 2, 2), undefined, { padding: [0, [0, -1]] }),
  ],
  [
    'conv2d: groups must be a whole number from 1 up, but it is 0.5',
    () => conv2d(f(1, 3, 8, 8), f(4, 6, 2, 2), undefined, { groups: 0.5 }),
  ],
  [
    'conv2d: groups must divide the 6 channels and the 8, but it is 4',
    () => conv2dLayer(6, 8, { kernel: 2, groups: 4 }),
  ],
  [
    'conv2d: kernel must be one number or 2, but it is [2]',
    () => conv2dLayer(6, 8, { kernel: [2] }),
  ],
  [
    'conv1d: a stride of 2 needs length to be known, but x is [1, 4, text]',
    () => conv1d(f(1, 4, 'text'), f(4, 4, 2), undefined, { stride: 2 }),
  ],
  [
    'maxPool2d: the kernel [9, 9] is larger than x [1, 3, 8, 8]',
    () => maxPool2d(f(1, 3, 8, 8), 9),
  ],
  [
    'maxPool2d: the kernel [2, 2] is larger than x [1, 3, 0, 8]',
    () => maxPool2d(f(1, 3, 0, 8), 2),
  ],
  [
    'maxPool2d: padding must be at most half of the window, 3, but it is 2',
    () => maxPool2d(f(1, 3, 8, 8), 3, { padding: 2 }),
  ],
  [
    'maxPool3d: a window sees nothing but padding of x [1, 3, 1, 4, 4]; choose less dilation or padding',
    () => maxPool3d(f(1, 3, 1, 4, 4), [2, 1, 1], { padding: [1, 0, 0], dilation: [2, 1, 1] }),
  ],
  [
    'avgPool2d: height and width must be known, but x is [1, 3, height, 8]; over a whole axis take reduceMax or reduceMean',
    () => avgPool2d(f(1, 3, 'height', 8), 2),
  ],
  [
    'avgPool2d: kernel must be one number or 2, but it is [2, 2, 2]',
    () => avgPool2d(f(1, 3, 8, 8), [2, 2, 2]),
  ],
  [
    'avgPool1d: stride must be a whole number from 1 up, but it is 0',
    () => avgPool1d(f(1, 3, 8), 2, { stride: 0 }),
  ],
  ['dropout: the rate must be from 0 to less than 1, but it is 1', () => dropout(x, 1)],
  [
    'batchNormalize: momentum must be from 0 to 1, but it is 2',
    () => batchNormalize(f(1, 6), f(6), f(6), f(6), f(6), 1e-5, 2),
  ],
  [
    'groupNormalize: the channels must be a known number, but x is [1, channels, 4]',
    () => groupNormalize(f(1, 'channels', 4), 2),
  ],
  [
    'conv2d: weight has 3 output channels, which is not a multiple of 2 groups',
    () => conv2d(f(1, 4, 8, 8), f(3, 2, 2, 2), undefined, { groups: 2 }),
  ],
  [
    'conv2d: the kernel [4, 3, 9, 9] is larger than x [1, 3, 8, 8]',
    () => conv2d(f(1, 3, 8, 8), f(4, 3, 9, 9)),
  ],
  [
    'rotary: dim must be an even number up to the head size 4, but it is 6',
    () => rotary(x, i('batch', 'text'), { heads: 2, dim: 6 }),
  ],
  ["axis '(a c)' is text, which 2 does not divide", () => rearrange(x, 'b (a c) d -> b a c d', { a: 2 })],
  [
    "'2d' in the pattern 'b t 2d -> b t 2d' is not the name of an axis",
    () => rearrange(x, 'b t 2d -> b t 2d'),
  ],
];
