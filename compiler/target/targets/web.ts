import type { CompilerTarget } from '../compiler-target.ts';
import { target as cpu } from './cpu.ts';

/**
 * A page, by onnxruntime-web in WebAssembly: ONNX Runtime's CPU provider in another build, with its kernels. What is
 * compiled for it therefore runs in Node on the CPU too, and gives the same answers.
 */
export const target: CompilerTarget = { ...cpu, name: 'web' };
