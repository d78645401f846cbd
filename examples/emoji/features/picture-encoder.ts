import { UserError } from '../../../artifact/user-error.ts';
import { openSafetensors } from '../../../artifact/weights/safetensors.ts';
import { compileGraph } from '../../../compiler/compile-graph.ts';
import { encodeModel } from '../../../compiler/onnx/encode-model.ts';
import { input, nameParameters } from '../../../dsl/index.ts';
import type { VisionEncoder } from '../../../models/shared/vision-encoder.ts';
import * as onnxruntime from '../../../runtime/onnx-runtime.ts';

/** A trained vision encoder, ready to run. Close it. */
export interface PictureEncoder extends AsyncDisposable {
  /** pixels `[images, 3, size, size]` to features `[images, tokens, dim]`. */
  encode(pixels: Float32Array): Promise<Float32Array>;
}

/**
 * Compiles a vision encoder with weights named `vision.*`.
 *
 * @throws UserError for a weight file that cannot be read or lacks one of its weights
 */
export async function openPictureEncoder(vision: VisionEncoder, weights: string): Promise<PictureEncoder> {
  const { image } = vision;
  const pixels = input('pixels', 'float32', ['images', 3, image, image]);
  const { onnx } = compileGraph(
    nameParameters({ vision }).place({
      name: 'pictures',
      inputs: { pixels },
      outputs: { features: vision.encode(pixels) },
    }),
  );
  const file = await openSafetensors(weights);
  const values = new Map<string, Uint8Array>();
  for (const { parameter } of onnx.parameters) {
    const { name } = parameter;
    if (!file.has(name)) {
      throw new UserError(
        `${weights} has no '${name}', which the vision encoder needs: train its stage first.`,
      );
    }
    const { buffer, byteOffset, byteLength } = await file.readFloat32(name);
    values.set(name, new Uint8Array(buffer, byteOffset, byteLength));
  }
  const model = encodeModel(onnx, ({ name }) => ({
    kind: 'inline',
    bytes: values.get(name) ?? new Uint8Array(),
  }));
  const session = await onnxruntime.InferenceSession.create(model, { logSeverityLevel: 3 });
  return {
    async encode(data) {
      const shape = [data.length / (3 * image ** 2), 3, image, image];
      const { features } = await session.run({ pixels: new onnxruntime.Tensor('float32', data, shape) });
      if (!(features?.data instanceof Float32Array)) throw new Error('the vision encoder gave no features');
      return features.data;
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
