import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/model-error.ts';
import { add } from '../../dsl/operators/add.ts';
import { alibi } from '../../dsl/operators/alibi.ts';
import { arange } from '../../dsl/operators/arange.ts';
import { attention } from '../../dsl/operators/attention.ts';
import { less } from '../../dsl/operators/comparison.ts';
import { concat } from '../../dsl/operators/concat.ts';
import { constant } from '../../dsl/operators/constant.ts';
import { conv2d } from '../../dsl/operators/conv2d.ts';
import { conv2dTransposed } from '../../dsl/operators/conv2d-transposed.ts';
import { cumulativeSum } from '../../dsl/operators/cumulative-sum.ts';
import { embedding } from '../../dsl/operators/embedding.ts';
import { gatedAdd } from '../../dsl/operators/gated-add.ts';
import { gather } from '../../dsl/operators/gather.ts';
import { gelu } from '../../dsl/operators/gelu.ts';
import { interpolateRows } from '../../dsl/operators/interpolate-rows.ts';
import { layerNormalize } from '../../dsl/operators/layer-normalize.ts';
import { linear } from '../../dsl/operators/linear.ts';
import { and } from '../../dsl/operators/logical.ts';
import { matmul } from '../../dsl/operators/matmul.ts';
import { pad } from '../../dsl/operators/pad.ts';
import { reduceSum } from '../../dsl/operators/reduce.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { rotary } from '../../dsl/operators/rotary.ts';
import { scatterAdd } from '../../dsl/operators/scatter-add.ts';
import { skipLayerNormalize } from '../../dsl/operators/skip-layer-normalize.ts';
import { slice } from '../../dsl/operators/slice.ts';
import { softmax } from '../../dsl/operators/softmax.ts';
import { chunk, split } from '../../dsl/operators/split.ts';
import { where } from '../../dsl/operators/where.ts';
import type { Shape, Tensor } from '../../dsl/tensor.ts';
import { input } from '../support/run-graph.ts';

const f = (...shape: Shape) => input('f', 'float32', shape);
const i = (...shape: Shape) => input('i', 'int64', shape);
const b = (...shape: Shape) => input('b', 'bool', shape);

const x = f('batch', 'text', 8);
const y = f('batch', 'keys', 8);

const REFUSALS: readonly [() => unknown, string][] = [
  [() => add(x, i('text', 8)), 'add: dtypes float32 and int64 do not mix; use cast to change one of them'],
  [
    () => add(b(2), b(2)),
    'add: the left operand must be a number dtype, but it is bool; use cast to change it',
  ],
  [() => add(f(2, 3), f(2)), 'add: shapes [2, 3] and [2] do not broadcast: axis -1 is 3 against 2'],
  [
    () => less(b(2), b(2)),
    'less: the left operand must be a number dtype, but it is bool; use cast to change it',
  ],
  [() => and(f(2), f(2)), 'and: the left operand must be bool, but it is float32; use cast to change it'],
  [
    () => where(f(2), f(2), f(2)),
    'where: the condition must be bool, but it is float32; use cast to change it',
  ],
  [
    () => where(b(2), f(2), i(2)),
    'where: dtypes float32 and int64 do not mix; use cast to change one of them',
  ],
  [() => gelu(i(2)), 'gelu: x must be a float dtype, but it is int64; use cast to change it'],
  [() => constant([1, 2, 3], [2]), 'constant: [2] holds 2 values, but 3 were given'],
  [() => constant([1.5], [1], 'int64'), 'constant: the values do not all fit int64'],
  [() => constant([256], [1], 'uint8'), 'constant: the values do not all fit uint8'],
  [
    () => matmul(f(2, 3), f(4, 5)),
    'matmul: the last axis of [2, 3] is 3, but the axis before the last of [4, 5] is 4; they must be equal',
  ],
  [() => linear(x, f(5, 4)), 'linear: x is [batch, text, 8], so weight must be [out, 8], but it is [5, 4]'],
  [() => concat([] as readonly Tensor[]), 'concat: at least one tensor is needed'],
  [() => concat([f(2), i(2)]), 'concat: dtypes float32 and int64 do not mix; use cast to change one of them'],
  [() => concat([f(2), f(2)], 1), 'concat: there is no axis 1 in [2]'],
  [() => split(f(6), [2, 3]), 'split: axis 0 of [6] is 6, but the parts add up to 5'],
  [() => chunk(f(7), 2), 'chunk: axis -1 of [7] is 7, which is not a multiple of 2'],
  [() => slice(f(4), 0, 2, 6), 'slice: 2 to 6 does not lie within axis 0 of [4], which is 4'],
  [() => slice(f(4), 0, 0, 4, 0), 'slice: the step must be a whole number above 0, but it is 0'],
  [
    () => slice(x, 1, 0, undefined, 2),
    'slice: a step of 2 needs an axis of known size, but [batch, text, 8] has text there',
  ],
  [
    () => gather(f(4), f(2)),
    'gather: indices must be int64 or int32, but it is float32; use cast to change it',
  ],
  [() => embedding(f(4), i(2)), 'embedding: weight must be [vocabulary, dim], but it is [4]'],
  [() => reshape(f(2, 3), [4]), 'reshape: [2, 3] holds 6 elements, but [4] holds 4'],
  [() => reduceSum(f(2), [1]), 'reduceSum: there is no axis 1 in [2]'],
  [() => softmax(f(2), 3), 'softmax: there is no axis 3 in [2]'],
  [
    () => cumulativeSum(b(2)),
    'cumulativeSum: x must be float32 or int64 or int32, but it is bool; use cast to change it',
  ],
  [() => arange(-1), 'arange: the size must be 0 or more, but it is -1'],
  [
    () => layerNormalize(x, f(4)),
    'layerNormalize: x is [batch, text, 8], so weight must be [8], but it is [4]',
  ],
  [
    () => skipLayerNormalize(x, y, f(8)),
    'skipLayerNormalize: skip must have the shape of x, [batch, text, 8], but it is [batch, keys, 8]',
  ],
  [() => gatedAdd(x, x, f(8)), 'gatedAdd: gate must hold 1 value, but it is [8]'],
  [
    () => conv2d(f(1, 3, 8, 8), f(4, 3, 2, 2), undefined, { stride: 0 }),
    'conv2d: stride must be a whole number from 1 up, but it is 0',
  ],
  [
    () => conv2d(f(1, 4, 8, 8), f(3, 2, 2, 2), undefined, { groups: 2 }),
    'conv2d: weight has 3 output channels, which is not a multiple of 2 groups',
  ],
  [
    () =>
      conv2dTransposed(
        f(1, 4, 3, 3),
        f(4, 2, 2, 2),
        { stride: 1, padding: 0, dilation: 1, groups: 1 },
        { height: 5, width: 4 },
      ),
    'conv2dTransposed: conv2d turns [1, 2, 5, 4] into [1, 4, 4, 3], but y is [1, 4, 3, 3]',
  ],
  [() => pad(f(2), [{ axis: 0, before: -1 }]), 'pad: sizes must be 0 or more, but one is -1'],
  [() => pad(f(2), [{ axis: 1 }]), 'pad: there is no axis 1 in [2]'],
  [() => pad(f(2, 3), [{ axis: 1 }, { axis: -1 }]), 'pad: [1, 1] names an axis of [2, 3] twice'],
  [
    () => scatterAdd(f(2, 4), i(3), 8),
    'scatterAdd: updates must start with the axes of the indices, [3], but they are [2, 4]',
  ],
  [
    () => rotary(x, i('batch', 'text'), { heads: 3 }),
    'rotary: x must be [batch, text, 3*headDim], but it is [batch, text, 8]',
  ],
  [
    () => rotary(x, i('batch', 'text'), { heads: 2, dim: 6 }),
    'rotary: dim must be an even number up to the head size 4, but it is 6',
  ],
  [
    () => rotary(x, i('text'), { heads: 2 }),
    'rotary: positions must be int64 [batch, text], but they are int64 [text]',
  ],
  [
    () => rotary(x, i('batch', 'keys'), { heads: 2 }),
    'rotary: positions must be int64 [batch, text], but they are int64 [batch, keys]',
  ],
  [
    () => alibi(i('text'), i(1, 'keys'), 4),
    'alibi: queryPositions must be int64 [batch, length], but it is int64 [text]',
  ],
  [
    () => interpolateRows(x, 'frames'),
    'interpolateRows: rows must be [count, dim] with a known count, but it is [batch, text, 8]',
  ],
  [
    () => attention(x, y, y, { heads: 3 }),
    "attention: the query's width 8 is not a multiple of its 3 heads; choose heads that divide it",
  ],
  [
    () => attention(x, y, y, { heads: 4, keyValueHeads: Number('3') }),
    'attention: 4 query heads cannot share 3 key and value heads evenly',
  ],
  [
    () => attention(x, f('batch', 'keys', 6), y, { heads: 2 }),
    'attention: the key must be [batch, keys, 2*4] or [batch, 2, keys, 4] to fit the query, but it is [batch, keys, 6]',
  ],
  [
    () => attention(x, y, x, { heads: 2 }),
    'attention: key and value must have one shape, but they are [batch, keys, 8] and [batch, text, 8]',
  ],
  [
    () => attention(x, y, y, { heads: 2, mask: f('batch', 1, 'text', 'keys') }),
    'attention: the mask must be bool, but it is float32; use cast to change it',
  ],
  [
    () => attention(x, y, y, { heads: 2, mask: b('batch', 'text', 'keys') }),
    'attention: the mask must stretch to [batch, heads, queries, keys] = [batch, 2, text, keys], but it is [batch, text, keys]',
  ],
  [
    () => attention(x, y, y, { heads: 2, bias: f(1, 3, 'text', 'keys') }),
    'attention: the bias must stretch to [batch, heads, queries, keys] = [batch, 2, text, keys], but it is [1, 3, text, keys]',
  ],
  [
    () =>
      attention(x, y, y, {
        heads: 2,
        past: { key: f('batch', 4, 'past', 4), value: f('batch', 2, 'past', 4) },
      }),
    'attention: the past key must be [batch, 2, past, 4], but it is [batch, 4, past, 4]',
  ],
  [
    () =>
      attention(x, y, y, {
        heads: 2,
        past: { key: f('batch', 2, 'past', 4), value: f('batch', 2, 'keys', 4) },
      }),
    'attention: the past key and the past value must be equally long',
  ],
];

describe('wrong uses of operators', () => {
  for (const [use, sentence] of REFUSALS) {
    it(sentence, () => {
      assert.throws(use, (error) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.equal(error.sentence, sentence);
        assert.ok(error.callSite?.file.endsWith('refusals.test.ts'), 'the author is told the line');
        return true;
      });
    });
  }

  it('half precision is a float like any other', () => {
    const half = input('h', 'float16', ['batch', 'text', 8]);
    assert.equal(gelu(add(half, 1)).dtype, 'float16');
    assert.equal(attention(half, half, half, { heads: 2, causal: true }).result.dtype, 'float16');
  });
});
