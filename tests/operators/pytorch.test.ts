import assert from 'node:assert/strict';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { gradients } from '../../compiler/gradient/gradients.ts';
import { avgPool1d, avgPool2d, avgPool3d } from '../../dsl/operators/avg-pool.ts';
import { batchNormalize } from '../../dsl/operators/batch-normalize.ts';
import { cumprod } from '../../dsl/operators/cumprod.ts';
import { groupNormalize } from '../../dsl/operators/group-normalize.ts';
import { maxPool1d, maxPool2d, maxPool3d } from '../../dsl/operators/max-pool.ts';
import { sort } from '../../dsl/operators/sort.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { assertClose } from '../models/close.ts';
import { openReference } from '../models/reference.ts';
import { input, runGraph, type Values } from '../support/run-graph.ts';

type Build = (x: (name: string) => Tensor) => Tensor;

/** What `tests/references/operators.py` computed, by its names. */
const CASES: Readonly<Record<string, Build>> = {
  max_pool1d: (x) => maxPool1d(x('line'), 3, { stride: 2, padding: 1, dilation: 2, ceil: true }),
  max_pool2d: (x) => maxPool2d(x('plane'), [3, 2], { stride: [2, 3], padding: [1, 0], ceil: true }),
  max_pool3d: (x) => maxPool3d(x('space'), 2, { stride: [1, 2, 3], padding: 1 }),
  avg_pool1d: (x) => avgPool1d(x('line'), 4, { stride: 3, padding: 2, ceil: true }),
  avg_pool1d_without: (x) =>
    avgPool1d(x('line'), 4, { stride: 3, padding: 2, ceil: true, countIncludePad: false }),
  avg_pool2d: (x) => avgPool2d(x('plane'), [3, 2], { stride: 2, padding: 1 }),
  avg_pool2d_without: (x) =>
    avgPool2d(x('plane'), [3, 2], { stride: [3, 2], padding: [1, 1], countIncludePad: false }),
  avg_pool2d_ceil: (x) => avgPool2d(x('plane'), 3, { stride: 2, padding: 1, ceil: true }),
  avg_pool3d: (x) => avgPool3d(x('space'), [2, 3, 2], { stride: [1, 2, 2], padding: [0, 1, 1], ceil: true }),
  cumprod: (x) => cumprod(x('zeros'), 1),
  group_norm: (x) => groupNormalize(x('channels'), 3, x('weight'), x('bias')),
  batch_norm: (x) => batchNormalize(x('channels'), x('mean'), x('variance'), x('weight'), x('bias')),
};

describe('operators whose meaning has variants', () => {
  let file: SafetensorsFile;
  before(async () => {
    file = await openReference('operators.safetensors');
  });

  const read = async (name: string): Promise<Values> => {
    const { shape } = file.tensor(name);
    return { dtype: 'float32', shape, data: [...(await file.readFloat32(name))] };
  };

  for (const [name, build] of Object.entries(CASES)) {
    it(`equal PyTorch's: ${name}, and its gradients`, async () => {
      const inputs = new Map<string, Tensor>();
      const output = build((each) => {
        const known = inputs.get(each) ?? input(each, 'float32', file.tensor(`input.${each}`).shape);
        inputs.set(each, known);
        return known;
      });
      const cotangent = input('cotangent', 'float32', output.shape);
      const changed = [...inputs].filter(([each]) => file.has(`gradient.${name}.${each}`));
      assert.ok(changed.length > 0);
      const slopes = gradients(
        [{ output, cotangent }],
        changed.map(([, tensor]) => tensor),
      );
      const graph = {
        name,
        inputs: { ...Object.fromEntries(inputs), cotangent },
        outputs: {
          output,
          ...Object.fromEntries(changed.map(([each], index) => [each, slopes[index] ?? output])),
        },
      };
      const feeds: Record<string, Values> = { cotangent: await read(`cotangent.${name}`) };
      for (const each of inputs.keys()) feeds[each] = await read(`input.${each}`);
      // An output may not have an input's name.
      const renamed = Object.fromEntries(
        Object.entries(graph.outputs).map(([each, tensor]) => [`of ${each}`, tensor]),
      );
      const results = await runGraph({ ...graph, outputs: renamed }, feeds);
      const compare = async (of: string, expected: string) => {
        const wanted = await read(expected);
        assert.deepEqual(results[of]?.shape, wanted.shape, of);
        assertClose(results[of]?.data ?? [], wanted.data, 1e-5);
      };
      await compare('of output', `output.${name}`);
      for (const [each] of changed) await compare(`of ${each}`, `gradient.${name}.${each}`);
    });
  }

  for (const descending of [false, true]) {
    it(`sort as PyTorch's stable sort does, ${descending ? 'largest' : 'smallest'} first`, async () => {
      const x = input('x', 'float32', file.tensor('input.equals').shape);
      const [values, indices] = sort(x, 1, { descending });
      const results = await runGraph(
        { name: 'sort', inputs: { x }, outputs: { values, indices } },
        { x: await read('input.equals') },
      );
      const name = descending ? 'output.sort_descending' : 'output.sort';
      assert.deepEqual(results.values?.data, [...(await file.readFloat32(name))]);
      const places = await file.read(`${name}_indices`);
      assert.ok(places instanceof BigInt64Array);
      assert.deepEqual(results.indices?.data, Array.from(places, Number));
    });
  }
});
