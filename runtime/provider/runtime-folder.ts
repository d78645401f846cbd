import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { moduleAddress } from '../../dsl/module-address.ts';

/** The folder of the package onnxruntime-node. */
export function runtimeFolder(): string {
  return join(dirname(createRequire(moduleAddress(import.meta.url)).resolve('onnxruntime-node')), '..');
}
