import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { preloadBeside } from './preload.ts';
import { runtimeFolder } from './runtime-folder.ts';
import type { RuntimeProvider } from './runtime-provider.ts';

/** The command that adds what npm's package of ONNX Runtime leaves out for its size, and CUDA and cuDNN where they are missing. */
export const ADD_CUDA = 'npx flamingo install cuda';

/** Where ONNX Runtime looks for its part for CUDA. */
export function cudaLibrary(): string {
  const folder = join(runtimeFolder(), 'bin', 'napi-v6', process.platform, process.arch);
  return join(folder, 'libonnxruntime_providers_cuda.so');
}

const DOCTOR =
  "'npx flamingo doctor --provider cuda' says which driver or libraries are missing and what installs them; or use provider 'cpu'";

/** What CUDA's parts say where the card has no memory left. */
const TOO_LARGE =
  /out of memory|Failed to allocate memory|Available memory of .* smaller than requested|STATUS_ALLOC_FAILED|resource allocation failed|CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED/i;

const SMALLER =
  "the card has too little memory for it: give it less at once, compile the model with '--precision int4', or use provider 'cpu'";

const NEWER_DRIVER = `the NVIDIA driver is older than the CUDA that ONNX Runtime's library is built for: install a newer one, or '${ADD_CUDA}', which fetches the library for the CUDA that this one runs`;

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
    preloadBeside(library);
  },
  whyNotStarted(reason) {
    if (TOO_LARGE.test(reason)) return SMALLER;
    if (/driver version is insufficient/i.test(reason)) return NEWER_DRIVER;
    return /Failed to load shared library|CUDA|CUBLAS|libcu/i.test(reason) ? DOCTOR : undefined;
  },
  whyNotRun(reason) {
    if (/cuDNN is unavailable|libcudnn/i.test(reason)) return DOCTOR;
    return TOO_LARGE.test(reason) ? SMALLER : undefined;
  },
  alone: (work) => work(),
};
