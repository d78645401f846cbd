// Written by `npm run registries`; add a file to the folder rather than edit this one.

/** Every benchmark by its name; loaded when it is asked for. */
export const BENCHMARKS = {
  'at-once': () => import('./benchmarks/at-once.ts'),
  authoring: () => import('./benchmarks/authoring.ts'),
  checkpoint: () => import('./benchmarks/checkpoint.ts'),
  'cold-start': () => import('./benchmarks/cold-start.ts'),
  compile: () => import('./benchmarks/compile.ts'),
  decode: () => import('./benchmarks/decode.ts'),
  fusion: () => import('./benchmarks/fusion.ts'),
  generation: () => import('./benchmarks/generation.ts'),
  growth: () => import('./benchmarks/growth.ts'),
  memory: () => import('./benchmarks/memory.ts'),
  precision: () => import('./benchmarks/precision.ts'),
  'prepared-task': () => import('./benchmarks/prepared-task.ts'),
  'quantising-speed': () => import('./benchmarks/quantising-speed.ts'),
  quantising: () => import('./benchmarks/quantising.ts'),
  shots: () => import('./benchmarks/shots.ts'),
  training: () => import('./benchmarks/training.ts'),
  'vision-cache': () => import('./benchmarks/vision-cache.ts'),
  whole: () => import('./benchmarks/whole.ts'),
} as const;
