import { Tensor } from '../onnx-runtime.ts';
import type { RuntimeProvider } from './runtime-provider.ts';

/** The provider that every build of ONNX Runtime has. */
export const cpu: RuntimeProvider = {
  name: 'cpu',
  keepsOutputs: false,
  hasDevices: false,
  check() {},
  whyNotStarted: () => undefined,
  whyNotRun: () => undefined,
  alone: (work) => work(),
  asMemory({ data, dims }) {
    if (data instanceof Float32Array) return new Tensor('float32', data, dims);
    throw new Error('memory for an output is float32');
  },
};
