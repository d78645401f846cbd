import assert from 'node:assert/strict';
import { gradients } from '../../../compiler/gradient/gradients.ts';
import { rowsOnce } from '../../../compiler/gradient/rows-once.ts';
import { workOf } from '../../../compiler/work.ts';
import { type Graph, operatorCounts } from '../../../dsl/graph.ts';
import { add } from '../../../dsl/operators/add.ts';
import { attention } from '../../../dsl/operators/attention.ts';
import { concat } from '../../../dsl/operators/concat.ts';
import { scalar } from '../../../dsl/operators/constant.ts';
import { expand } from '../../../dsl/operators/expand.ts';
import { layerNormalize } from '../../../dsl/operators/layer-normalize.ts';
import { linear } from '../../../dsl/operators/linear.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { reduceSum } from '../../../dsl/operators/reduce.ts';
import { reshape } from '../../../dsl/operators/reshape.ts';
import { rmsNormalize } from '../../../dsl/operators/rms-normalize.ts';
import { fixedShape } from '../../../dsl/operators/shared/dims.ts';
import { chunk } from '../../../dsl/operators/split.ts';
import { tanh } from '../../../dsl/operators/tanh.ts';
import type { Shape, Tensor } from '../../../dsl/tensor.ts';
import { assertClose } from '../../models/close.ts';
import { drawValues } from '../../operators/build-case.ts';
import { input, runGraph } from '../../support/run-graph.ts';

const [BATCH, MEDIA, PLACES, LATENTS, DIM] = [2, 3, 5, 4, 8];

/** Inputs that are made where they are first asked for; those that are learned are differentiated by. */
class Inputs {
  readonly all: Record<string, Tensor> = {};
  readonly learned: Record<string, Tensor> = {};

  given(name: string, ...shape: Shape): Tensor {
    this.all[name] = input(name, 'float32', shape);
    return this.all[name];
  }

  learn(name: string, ...shape: Shape): Tensor {
    this.learned[name] = this.given(name, ...shape);
    return this.learned[name];
  }
}

/** The loss and its gradients by what is learned, with the rows as they are written, and once. */
function bothWays(inputs: Inputs, result: Tensor): readonly [plain: Graph, once: Graph] {
  const weights = inputs.given('weights', ...result.shape);
  const loss = reduceSum(multiply(tanh(result), weights));
  const of = Object.values(inputs.learned);
  const graphOf = (outputs: Graph['outputs']): Graph => {
    const found = gradients([{ output: outputs.loss ?? loss, cotangent: scalar(1) }], of);
    const named = Object.keys(inputs.learned).map(
      (name, index) => [`gradient.${name}`, found[index]] as const,
    );
    return {
      name: 'both',
      inputs: inputs.all,
      outputs: {
        ...outputs,
        ...Object.fromEntries(named.flatMap(([name, each]) => (each ? [[name, each]] : []))),
      },
    };
  };
  const forward = { name: 'forward', inputs: inputs.all, outputs: { loss } };
  return [graphOf(forward.outputs), graphOf(rowsOnce(forward, of).outputs)];
}

async function assertEqualResults([plain, once]: readonly [Graph, Graph]): Promise<void> {
  const feeds = Object.fromEntries(
    Object.entries(plain.inputs).map(([name, { shape }]) => [
      name,
      drawValues(name, { shape: fixedShape(shape) ?? [] }, {}),
    ]),
  );
  const [expected, found] = [await runGraph(plain, feeds), await runGraph(once, feeds)];
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const [name, { data, shape }] of Object.entries(expected)) {
    assert.deepEqual(found[name]?.shape, shape, name);
    assertClose(Float32Array.from(found[name]?.data ?? []), Float32Array.from(data));
    assert.ok(
      data.some((value) => value !== 0),
      `${name} is zero`,
    );
  }
}

function multiplyAdds(graph: Graph): number {
  return Object.values(workOf(graph)).reduce<number>((sum, steps) => sum + Number(steps), 0);
}

/** A resampler's layers over features that are given. */
function resampler(inputs: Inputs, depth: number): Tensor {
  const features = inputs.given('features', BATCH, MEDIA, 1, PLACES, DIM);
  const placed = add(features, reshape(inputs.learn('frame', 1, DIM), [1, 1, DIM]));
  const flat = reshape(placed, [BATCH * MEDIA, PLACES, DIM]);
  const start = expand(reshape(inputs.learn('latents', LATENTS, DIM), [1, 1, LATENTS, DIM]), [
    BATCH,
    MEDIA,
    LATENTS,
    DIM,
  ]);
  let latents: Tensor = reshape(start, [BATCH * MEDIA, LATENTS, DIM]);
  for (let layer = 0; layer < depth; layer++) {
    const learn = (name: string, ...shape: Shape) => inputs.learn(`${layer}.${name}`, ...shape);
    const norm = (x: Tensor, name: string) =>
      layerNormalize(x, learn(`${name}.weight`, DIM), learn(`${name}.bias`, DIM));
    const normed = norm(latents, 'norm_latents');
    const joined = concat([norm(flat, 'norm_media'), normed], 1);
    const [key, value] = chunk(linear(joined, learn('to_kv', 2 * DIM, DIM)), 2);
    const query = linear(normed, learn('to_q', DIM, DIM));
    const { result } = attention(query, key, value, { heads: 2 });
    latents = add(latents, linear(result, learn('to_out', DIM, DIM)));
  }
  return latents;
}

describe('rows that are alike', () => {
  it('of a resampler give the gradients that they give one by one, for less than three quarters of the work', async () => {
    const inputs = new Inputs();
    const both = bothWays(inputs, resampler(inputs, 2));
    await assertEqualResults(both);
    const [plain, once] = both.map(multiplyAdds);
    assert.ok((once ?? 0) < (3 / 4) * (plain ?? 0), `${once} multiply-adds, and ${plain} one by one`);
    // Keys and values of each of the two layers.
    assert.equal(operatorCounts(both[1]).get('linearOfNorm'), 4);
  });

  for (const { biases, shifted } of [
    { biases: true, shifted: true },
    { biases: true, shifted: false },
    { biases: false, shifted: true },
    { biases: false, shifted: false },
  ]) {
    it(`that are frozen, ${biases ? 'with' : 'without'} biases, ${shifted ? 'shifted by what is learned' : 'as they are'}`, async () => {
      const inputs = new Inputs();
      const rows = inputs.given('rows', 3, PLACES, DIM);
      const x = shifted ? add(inputs.learn('shift', DIM), rows) : rows;
      const bias = (name: string, size: number) => (biases ? inputs.learn(name, size) : undefined);
      const normed = layerNormalize(x, inputs.learn('norm', DIM), bias('norm.bias', DIM), 1e-3);
      const both = bothWays(inputs, linear(normed, inputs.learn('weight', 6, DIM), bias('bias', 6)));
      await assertEqualResults(both);
      assert.equal(operatorCounts(both[1]).get('linearOfNorm'), 1);
    });
  }

  it('are left as they are where each has a shift of its own, or a reshape mixes them', async () => {
    const inputs = new Inputs();
    const rows = inputs.given('rows', 3, PLACES, DIM);
    const shifted = add(rows, inputs.learn('shift', 1, PLACES, DIM));
    const normed = layerNormalize(shifted, inputs.learn('norm', DIM));
    const wide = expand(inputs.learn('row', PLACES, 1, DIM), [PLACES, 3, DIM]);
    const mixed = rmsNormalize(reshape(wide, [3, PLACES, DIM]), inputs.learn('rms', DIM));
    const both = bothWays(inputs, linear(add(normed, mixed), inputs.learn('weight', 6, DIM)));
    await assertEqualResults(both);
    assert.deepEqual(operatorCounts(both[1]), operatorCounts(both[0]));
  });
});
