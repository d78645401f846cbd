import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';
import { moduleAddress } from '../dsl/module-address.ts';

/** The command that adds what npm's package of ONNX Runtime leaves out for its size. */
export const ADD_CUDA =
  'npm rebuild onnxruntime-node --foreground-scripts --ignore-scripts=false --onnxruntime-node-install=cuda12';

/**
 * Refuses a provider that cannot work here before ONNX Runtime is asked, whose own message would be about a library's
 * path. That the library is there does not mean that it loads: `openSession` reports that.
 *
 * @throws UserError for CUDA on a system without it, or without its library.
 */
export function checkProvider(provider: Provider): void {
  if (provider === 'cpu') return;
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
}

/** Where ONNX Runtime looks for its part for CUDA. */
export function cudaLibrary(): string {
  const folder = join(runtimeFolder(), 'bin', 'napi-v6', process.platform, process.arch);
  return join(folder, 'libonnxruntime_providers_cuda.so');
}

/** The folder of the package onnxruntime-node. */
export function runtimeFolder(): string {
  return join(dirname(createRequire(moduleAddress(import.meta.url)).resolve('onnxruntime-node')), '..');
}
