import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { runtimeFolder } from './runtime-folder.ts';
import type { RuntimeProvider } from './runtime-provider.ts';

/** The command that adds what npm's package of ONNX Runtime leaves out for its size. */
export const ADD_CUDA =
  'npm rebuild onnxruntime-node --foreground-scripts --ignore-scripts=false --onnxruntime-node-install=cuda12';

/** Where ONNX Runtime looks for its part for CUDA. */
export function cudaLibrary(): string {
  const folder = join(runtimeFolder(), 'bin', 'napi-v6', process.platform, process.arch);
  return join(folder, 'libonnxruntime_providers_cuda.so');
}

const DOCTOR =
  "'npx flamingo doctor --provider cuda' says which driver or libraries are missing and what installs them; or use provider 'cpu'";

/** NVIDIA's cards, on Linux x64. */
export const cuda: RuntimeProvider = {
  name: 'cuda',
  keepsOutputs: false,
  hasDevices: true,
  check() {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new UserError(
        `Provider 'cuda' was asked for but ONNX Runtime has it for linux x64 alone and this is ${process.platform} ${process.arch}: use provider 'cpu'.`,
      );
    }
    const library = cudaLibrary();
    if (!existsSync(library)) {
      throw new UserError(
        `Provider 'cuda' was asked for but ${basename(library)} is not in ${dirname(library)}: add it with '${ADD_CUDA}', or use provider 'cpu'.`,
      );
    }
  },
  whyNotStarted: (reason) => (/Failed to load shared library|CUDA|libcu/i.test(reason) ? DOCTOR : undefined),
  whyNotRun(reason) {
    if (/cuDNN is unavailable|libcudnn/i.test(reason)) return DOCTOR;
    return /out of memory|CUDA_ERROR_OUT_OF_MEMORY|Failed to allocate memory/i.test(reason)
      ? "the card has too little memory for it: give it less at once, compile the model with '--precision int4', or use provider 'cpu'"
      : undefined;
  },
  alone: (work) => work(),
};
