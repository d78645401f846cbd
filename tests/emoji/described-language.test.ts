import assert from 'node:assert/strict';
import { input, nameParameters } from '../../dsl/index.ts';
import { describedLanguage } from '../../examples/emoji/described-language.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { withGraph } from '../support/run-program.ts';

const IMAGE = 3067;

describe("the language model's stage", () => {
  it('shows each token the words of the last picture at or before it, in no order, and nothing else', async () => {
    const { parts, logits } = describedLanguage();
    const named = nameParameters(parts);
    const inputs = {
      tokens: input('tokens', 'int64', [1, 6]),
      described: input('described', 'int64', [1, 2, 3]),
      describedMask: input('describedMask', 'float32', [1, 2, 3]),
    };
    const graph = {
      name: 'described',
      inputs,
      outputs: { logits: logits({ ...inputs, imageToken: IMAGE }) },
    };
    const weights = { ...named, checkpointNames: [] };
    await withGraph(graph, weights, [], {}, async (run) => {
      const ask = async (first: readonly number[], second: readonly number[], mask = [1, 1, 0, 1, 1, 1]) => {
        const { logits: result } = await run({
          tokens: new onnxruntime.Tensor(
            'int64',
            BigInt64Array.from([5, IMAGE, 6, IMAGE, 7, 8].map(BigInt)),
            [1, 6],
          ),
          described: new onnxruntime.Tensor(
            'int64',
            BigInt64Array.from([...first, ...second].map(BigInt)),
            [1, 2, 3],
          ),
          describedMask: new onnxruntime.Tensor('float32', Float32Array.from(mask), [1, 2, 3]),
        });
        assert.ok(result?.data instanceof Float32Array);
        const data = result.data;
        return Array.from({ length: 6 }, (_, place) => data.slice(place * 3072, (place + 1) * 3072));
      };
      const far = (a: Float32Array | undefined, b: Float32Array | undefined) =>
        Math.max(...(a ?? []).map((value, index) => Math.abs(value - (b?.[index] ?? Number.NaN))));
      const base = await ask([10, 11, 12], [20, 21, 22]);
      const changes = async (...words: Parameters<typeof ask>) => {
        const other = await ask(...words);
        return base.map((row, place) => far(row, other[place]) > 1e-6);
      };
      // Order and padding make no difference.
      assert.ok((await ask([11, 10, 99], [22, 20, 21])).every((row, place) => far(row, base[place]) < 1e-4));
      assert.deepEqual(await changes([10, 13, 12], [20, 21, 22]), [false, true, true, true, true, true]);
      assert.deepEqual(await changes([10, 11, 12], [20, 23, 22]), [false, false, false, true, true, true]);
      assert.deepEqual(await changes([10, 11, 12], [20, 21, 22], [1, 1, 1, 1, 1, 1]), [
        false,
        true,
        true,
        true,
        true,
        true,
      ]);
    });
  });
});
