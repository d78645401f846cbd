import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';

/**
 * The folder of ONNX Runtime's files for browsers.
 *
 * @throws UserError where its package is not installed
 */
export function onnxRuntimeFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  } catch {
    throw new UserError(
      `The package onnxruntime-web is not installed, which runs models in browsers: install it with 'npm install onnxruntime-web@1.30'.`,
    );
  }
}
