import assert from 'node:assert/strict';
import { input, nameParameters } from '../../dsl/index.ts';
import { roundedAlibi } from '../../models/falcon/rounded-alibi.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { withGraph } from '../support/run-program.ts';

/** `[head, position, bias]` of transformers' `build_alibi_tensor`, by the number of heads. */
const ORIGINALS: readonly [number, readonly (readonly [number, number, number])[]][] = [
  [
    32,
    [
      [0, 3, 2.515625],
      [1, 255, 180],
      [2, 257, 152],
      [6, 1023, 304],
      [13, 2047, 181],
      [29, 1999, 11.0625],
      [31, 777, 3.03125],
    ],
  ],
  [
    71,
    [
      [0, 3, 2.75],
      [1, 255, 214],
      [2, 257, 197],
      [6, 1023, 560],
      [13, 2047, 608],
      [29, 1999, 148],
      [70, 777, 442],
    ],
  ],
];
const CONTEXT = 2048;

describe("Falcon's ALiBi", () => {
  for (const [heads, biases] of ORIGINALS) {
    it(`is rounded for ${heads} heads as in the original, far from the first token too`, async () => {
      const positions = input('positions', 'int64', [1, 'keys']);
      const graph = {
        name: 'biases',
        inputs: { positions },
        outputs: { biases: roundedAlibi(heads, CONTEXT, 1)(positions) },
      };
      await withGraph(graph, { ...nameParameters({}), checkpointNames: [] }, [], {}, async (run) => {
        const places = BigInt64Array.from(biases, ([, position]) => BigInt(position));
        const found = await run({ positions: new onnxruntime.Tensor('int64', places, [1, places.length]) });
        assert.deepEqual(found.biases?.dims, [1, heads, 1, places.length]);
        const values = found.biases.data as Float32Array;
        for (const [place, [head, , bias]] of biases.entries())
          assert.equal(values[head * places.length + place], bias);
      });
    });
  }
});
