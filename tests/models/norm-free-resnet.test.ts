import assert from 'node:assert/strict';
import { mean, standardDeviation } from 'simple-statistics';
import { input } from '../../dsl/input.ts';
import { nameParameters } from '../../dsl/program/naming.ts';
import { normFreeResnet } from '../../models/nfnet/norm-free-resnet.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { reinitialised } from '../support/reinitialised.ts';
import { withGraph } from '../support/run-program.ts';

/** Mean and deviation of the features of a fresh network, on noise of deviation 1. */
async function signal(depths: readonly number[], offset = 0): Promise<{ mean: number; std: number }> {
  const vision = normFreeResnet({ image: 16, widths: [16, 32, 32], depths });
  const named = { ...nameParameters({ vision: vision.parts }), checkpointNames: [] };
  const pixels = input('pixels', 'float32', [4, 3, 16, 16]);
  const graph = { name: 'vision', inputs: { pixels }, outputs: { features: vision.encode(pixels) } };
  const noise = Float32Array.from(
    { length: 4 * 3 * 256 },
    (_, index) => offset + 1.4 * Math.sin(index * index * 0.7),
  );
  return withGraph(graph, named, [], {}, async (run) => {
    const { features } = await run({ pixels: new onnxruntime.Tensor('float32', noise, [4, 3, 16, 16]) });
    assert.deepEqual(features?.dims, [4, vision.tokens, vision.dim]);
    const values = Array.from(features.data as Float32Array);
    return { mean: mean(values), std: standardDeviation(values) };
  });
}

describe('the norm-free residual network', () => {
  it('keeps the scale of its signal at any depth', async () => {
    const shallow = await signal([1, 1, 1]);
    const deep = await signal([2, 4, 8]);
    assert.ok(deep.std > shallow.std / 2 && deep.std < shallow.std * 2);
  });

  it('sees no even offset of its kernels: each sums to zero', async () => {
    const vision = normFreeResnet({ image: 16, widths: [16], depths: [0] });
    const named = { ...nameParameters({ vision: vision.parts }), checkpointNames: [] };
    const pixels = input('pixels', 'float32', [1, 3, 16, 16]);
    const outputs = { features: vision.encode(pixels) };
    const placed = named.place({ name: 'vision', inputs: { pixels }, outputs });
    const weights = { parameters: named.parameters, aliases: named.aliases, checkpointNames: [] };
    await withGraph(reinitialised(placed, /./, 0.3), weights, [], {}, async (run) => {
      const noise = Float32Array.from({ length: 768 }, (_, index) => Math.cos(index));
      const { features } = await run({ pixels: new onnxruntime.Tensor('float32', noise, [1, 3, 16, 16]) });
      // Kernels of equal weights standardise to nothing: what is left is the bias, activated.
      const values = Array.from(features?.data as Float32Array);
      const gain = Math.sqrt(2 / (1 - 1 / Math.PI));
      for (const value of values) assert.ok(Math.abs(value - 0.3 * gain) < 1e-5, `${value}`);
    });
  });
});
