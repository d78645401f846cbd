import assert from 'node:assert/strict';
import { pipeline } from '../../../compiler/passes/pipeline.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { einsum } from '../../../dsl/einops/einsum.ts';
import { rearrange } from '../../../dsl/einops/rearrange.ts';
import type { Graph } from '../../../dsl/graph.ts';
import { add } from '../../../dsl/operators/add.ts';
import { attention } from '../../../dsl/operators/attention.ts';
import { constant } from '../../../dsl/operators/constant.ts';
import { divide } from '../../../dsl/operators/divide.ts';
import { linear } from '../../../dsl/operators/linear.ts';
import { matmul } from '../../../dsl/operators/matmul.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { reduceMean } from '../../../dsl/operators/reduce.ts';
import { sigmoid } from '../../../dsl/operators/sigmoid.ts';
import { softmax } from '../../../dsl/operators/softmax.ts';
import { subtract } from '../../../dsl/operators/subtract.ts';
import { transpose } from '../../../dsl/operators/transpose.ts';
import { erf, sqrt } from '../../../dsl/operators/unary.ts';
import { where } from '../../../dsl/operators/where.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input, runGraph, type Values } from '../../support/run-graph.ts';

const q = input('q', 'float32', ['batch', 'text', 32]);
const k = input('k', 'float32', ['batch', 'keys', 32]);
const v = input('v', 'float32', ['batch', 'keys', 32]);
const mask = input('mask', 'bool', ['batch', 1, 'text', 'keys']);
const SIZES: Readonly<Record<string, number>> = { batch: 2, text: 3, keys: 5 };

const heads = (x: Tensor) => rearrange(x, 'b n (h d) -> b h n d', { h: 4 });
const joined = (x: Tensor) => rearrange(x, 'b h n d -> b n (h d)');

/** Attention in the ways in which papers' authors write it. */
const attentions: Readonly<Record<string, () => Tensor>> = {
  'with einsum': () => {
    const scores = multiply(einsum('b h i d, b h j d -> b h i j', heads(q), heads(k)), 8 ** -0.5);
    return joined(einsum('b h i j, b h j d -> b h i d', softmax(scores), heads(v)));
  },
  'with matmul and a division': () => {
    const scores = divide(matmul(heads(q), transpose(heads(k))), Math.sqrt(8));
    return joined(matmul(softmax(scores), heads(v)));
  },
  'with scaled queries': () => {
    const scores = matmul(heads(multiply(q, 0.25)), transpose(heads(k)));
    return joined(matmul(softmax(scores), heads(v)));
  },
  'with a mask of -infinity': () => {
    const scores = multiply(einsum('b h i d, b h j d -> b h i j', heads(q), heads(k)), 0.3);
    const hidden = where(mask, scores, Number.NEGATIVE_INFINITY);
    return joined(einsum('b h i j, b h j d -> b h i d', softmax(hidden), heads(v)));
  },
  'with a mask of the lowest float': () => {
    const scores = multiply(matmul(heads(q), transpose(heads(k))), 0.3);
    return joined(matmul(softmax(where(mask, scores, -3.4028234663852886e38)), heads(v)));
  },
};

describe('attention written by hand', () => {
  for (const [how, write] of Object.entries(attentions)) {
    it(`${how} becomes the operator alone, without a reshape or transpose`, async () => {
      const graph: Graph = { name: 'hand', inputs: { q, k, v, mask }, outputs: { result: write() } };
      const { graph: fused, report } = pipeline(graph, { target: targetOf('cpu'), fusion: true });
      const left = [...report.after.keys()].filter((name) => name !== 'where').sort();
      assert.deepEqual(left, ['attention']);
      await assertEqualRuns(graph, fused);
    });
  }

  it('gives what the author could have written in one word', async () => {
    const inputs = { q, k, v, mask };
    const write = attentions['with einsum'];
    const byHand = pipeline(
      { name: 'a', inputs, outputs: { result: write?.() ?? q } },
      { target: targetOf('cpu'), fusion: true },
    );
    const direct = { name: 'b', inputs, outputs: { result: attention(q, k, v, { heads: 4 }).result } };
    const feeds = feedsOf(direct);
    assertClose((await runGraph(byHand.graph, feeds)).result, (await runGraph(direct, feeds)).result);
  });
});

describe('a feed-forward block written by hand', () => {
  it('becomes norm, linear and activation operators', async () => {
    const x = input('x', 'float32', ['batch', 'text', 32]);
    const names = { weight: [32], bias: [32], up: [64, 32], upBias: [64], down: [32, 64] };
    const weights = Object.fromEntries(
      Object.entries(names).map(([name, shape]) => [name, input(name, 'float32', shape)]),
    );
    const of = (name: keyof typeof names) => weights[name] ?? x;
    const write = (activation: (of: Tensor) => Tensor) => {
      const residual = add(x, constant([0.5], [1]));
      const sum = add(residual, x);
      const centred = subtract(sum, reduceMean(sum, [-1], true));
      const variance = reduceMean(multiply(centred, centred), [-1], true);
      const normed = add(multiply(divide(centred, sqrt(add(variance, 1e-5))), of('weight')), of('bias'));
      return add(sum, linear(activation(linear(normed, of('up'), of('upBias'))), of('down')));
    };
    const activations = {
      biasGelu: (h: Tensor) => multiply(multiply(h, 0.5), add(erf(divide(h, Math.SQRT2)), 1)),
      quickGelu: (h: Tensor) => multiply(h, sigmoid(multiply(h, 1.702))),
      silu: (h: Tensor) => multiply(h, sigmoid(h)),
    };
    // On the CPU the sum and the norm stay apart: ONNX Runtime's kernel for both is slower there.
    const norms = { cpu: 'layerNormalize', cuda: 'skipLayerNormalize' } as const;
    for (const [activation, apply] of Object.entries(activations)) {
      const graph = { name: 'block', inputs: { x, ...weights }, outputs: { result: write(apply) } };
      for (const target of ['cpu', 'cuda'] as const) {
        const { graph: fused, report } = pipeline(graph, {
          target: targetOf(target),
          precision: 'float32',
          fusion: true,
        });
        assert.deepEqual(
          [...report.after.keys()].sort(),
          ['add', activation, 'linear', norms[target]].sort(),
        );
        await assertEqualRuns(graph, fused);
      }
    }
  });
});

async function assertEqualRuns(before: Graph, after: Graph): Promise<void> {
  const feeds = feedsOf(before);
  const { result: expected } = await runGraph(before, feeds, { fusion: false, optimise: false });
  assertClose((await runGraph(after, feeds)).result, expected);
}

function feedsOf(graph: Graph): Readonly<Record<string, Values>> {
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { dtype, shape }], salt): [string, Values] => {
      const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : (SIZES[dim] ?? 1)));
      const count = sizes.reduce((product, size) => product * size, 1);
      const columns = sizes.at(-1) ?? 1;
      const data = Array.from({ length: count }, (_, index) =>
        dtype === 'bool' ? Number(index % columns === 0 || index % 3 === 0) : Math.sin(index * 1.3 + salt),
      );
      return [name, { dtype, shape: sizes, data }];
    }),
  );
}

function assertClose(actual: Values | undefined, expected: Values | undefined): void {
  assert.ok(actual !== undefined && expected !== undefined);
  assert.deepEqual(actual.shape, expected.shape);
  for (const [index, value] of expected.data.entries()) {
    const given = actual.data[index] ?? Number.NaN;
    assert.ok(
      Math.abs(given - value) <= 1e-5 * Math.max(1, Math.abs(value)),
      `[${index}]: ${given} for ${value}`,
    );
  }
}
