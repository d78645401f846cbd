import type { Context } from 'mocha';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { add } from '../../dsl/operators/add.ts';
import { InferenceSession } from '../../runtime/onnx-runtime.ts';
import { input } from './run-graph.ts';

let reason: Promise<string | undefined> | undefined;

/** Skips what needs a WebGPU device, of hardware or software, where there is none, and prints why. */
export async function needsWebgpu(context: Context): Promise<void> {
  const first = reason === undefined;
  reason ??= whyNoDevice();
  const why = await reason;
  if (why === undefined) return;
  if (first) console.log(`    no WebGPU device, so that its tests are skipped: ${why}`);
  context.skip();
}

/** @returns what ONNX Runtime says where it finds no device */
async function whyNoDevice(): Promise<string | undefined> {
  const x = input('x', 'float32', [1]);
  const { onnx } = compileGraph({ name: 'one', inputs: { x }, outputs: { y: add(x, 1) } });
  const model = encodeModel(onnx, () => {
    throw new Error('it has no parameters');
  });
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: ['webgpu'],
      logSeverityLevel: 4,
    });
    await session.release();
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
  }
}
