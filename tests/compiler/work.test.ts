import assert from 'node:assert/strict';
import { workOf } from '../../compiler/work.ts';
import { attention, input, matmul, multiply, type Tensor } from '../../dsl/index.ts';
import { conv2d } from '../../dsl/operators/conv.ts';
import { linear } from '../../dsl/operators/linear.ts';

const graph = (inputs: Record<string, Tensor>, y: Tensor) => ({ name: 'work', inputs, outputs: { y } });

describe('workOf', () => {
  it('counts the multiply-adds of matrix products, as polynomials of open sizes', () => {
    const x = input('x', 'float32', ['batch', 'text', 8]);
    const weight = input('weight', 'float32', [3, 8]);
    const y = multiply(matmul(linear(linear(x, weight), weight2()), x2()), 2);
    assert.deepEqual(workOf(graph({ x }, y)), { linear: '36*batch*text', matmul: '20*batch*text' });
  });

  it('counts scores and weighted sums of attention over the past and the new keys', () => {
    const q = input('q', 'float32', ['batch', 'text', 12]);
    const past = {
      key: input('k', 'float32', ['batch', 3, 'past', 4]),
      value: input('v', 'float32', ['batch', 3, 'past', 4]),
    };
    const { result } = attention(q, q, q, { heads: 3, past });
    assert.deepEqual(workOf(graph({ q }, result)), { attention: '24*batch*past*text+24*batch*text*text' });
  });

  it('counts a convolution by its places, channels and kernel', () => {
    const pixels = input('pixels', 'float32', [2, 3, 4, 4]);
    const weight = input('weight', 'float32', [5, 3, 2, 2]);
    assert.deepEqual(workOf(graph({ pixels }, conv2d(pixels, weight, undefined, { stride: 2 }))), {
      conv: 2 * 5 * 2 * 2 * (3 * 2 * 2),
    });
  });

  const weight2 = () => input('weight2', 'float32', [4, 3]);
  const x2 = () => input('x2', 'float32', [4, 5]);
});
