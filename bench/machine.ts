import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import * as onnxruntime from '../runtime/onnx-runtime.ts';
import type { Report } from './result.ts';

export function describeMachine(): Report['machine'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memory: totalmem(),
    node: process.versions.node,
    onnxruntime: onnxruntime.env.versions.node ?? 'unknown',
    load: loadavg()[0] ?? 0,
  };
}
