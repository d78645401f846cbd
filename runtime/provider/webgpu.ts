import { UserError } from '../../artifact/user-error.ts';
import { listSupportedBackends } from '../onnx-runtime.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { RuntimeProvider } from './runtime-provider.ts';
import { isForWantOfMemory } from './webgpu-memory.ts';

/**
 * Cards of any maker through Vulkan, Metal or Direct3D, and their software. Two sessions of a process that run at once end
 * it (onnxruntime#32561), so that all that is done with the device is done one after another.
 */
export const webgpu: RuntimeProvider = {
  name: 'webgpu',
  keepsOutputs: true,
  hasDevices: false,
  check() {
    if (listSupportedBackends().some(({ name }) => name === 'webgpu')) return;
    throw new UserError(
      `Provider 'webgpu' was asked for but ONNX Runtime has it in Node for Windows, macOS and Linux x64 alone and this is ${process.platform} ${process.arch}: use provider 'cpu'.`,
    );
  },
  whyNotStarted(reason) {
    if (/WebGPU adapter|No supported adapters/i.test(reason))
      return `no device was found, which on Linux takes Vulkan with a driver of 2024 or later: 'npx flamingo doctor --provider webgpu' tries it again, docs/installing.md says what installs it; or use provider 'cpu'`;
    return isForWantOfMemory(reason) ? SMALLER : undefined;
  },
  whyNotRun: (reason) => (isForWantOfMemory(reason) ? SMALLER : undefined),
  alone: oneAtATime,
};

const SMALLER =
  "the device has too little memory for it: give it less at once, compile the model with '--precision int4', or use provider 'cpu'";
