import { UserError } from '../../artifact/user-error.ts';

/** @throws UserError for a system for which ONNX Runtime has no CUDA in Node */
export function requireCudaSystem(platform: string, architecture: string): void {
  if (platform === 'linux' && architecture === 'x64') return;
  throw new UserError(
    `ONNX Runtime has CUDA in Node for linux x64 alone and this is ${platform} ${architecture}: use provider 'cpu'.`,
  );
}
