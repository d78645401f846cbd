// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { target as cpu } from './targets/cpu.ts';
import { target as cuda } from './targets/cuda.ts';
import { target as web } from './targets/web.ts';
import { target as webgpu } from './targets/webgpu.ts';
import type { CompilerTarget } from './compiler-target.ts';

/** Every target. */
export const TARGETS: readonly CompilerTarget[] = [
  cpu,
  cuda,
  web,
  webgpu,
];
