import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { add, input, parameter } from '../../dsl/index.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';

const GIGABYTE = 2 ** 30;

describe('weights beside the model', () => {
  it('may lie beyond 2 GB, unaligned, and are not read while compiling', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'external-'));
    try {
      // A sparse file: it takes no room on the disk before its last bytes.
      const offset = 3 * GIGABYTE + 1;
      const weights = await open(join(folder, 'weights.bin'), 'w');
      await weights.write(new Uint8Array(Float32Array.of(1, 2, 3).buffer), 0, 12, offset);
      await weights.close();

      const bias = parameter([3]);
      const x = input('x', 'float32', ['batch', 3]);
      const { onnx } = compileGraph({ name: 'far', inputs: { x }, outputs: { y: add(x, bias) } });
      const model = encodeModel(onnx, () => ({ kind: 'external', file: 'weights.bin', offset, length: 12 }));
      await writeFile(join(folder, 'far.onnx'), model);
      const session = await onnxruntime.InferenceSession.create(join(folder, 'far.onnx'));
      const { y } = await session.run({
        x: new onnxruntime.Tensor('float32', Float32Array.of(10, 10, 10), [1, 3]),
      });
      await session.release();
      assert.deepEqual(y?.data, Float32Array.of(11, 12, 13));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
