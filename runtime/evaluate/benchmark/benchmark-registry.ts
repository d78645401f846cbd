// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { benchmark as coco } from './benchmarks/coco.ts';
import { benchmark as hatefulMemes } from './benchmarks/hateful-memes.ts';
import { benchmark as imagenet } from './benchmarks/imagenet.ts';
import { benchmark as vqav2 } from './benchmarks/vqav2.ts';
import type { Benchmark } from './benchmark.ts';

/** Every benchmark. */
export const BENCHMARKS: readonly Benchmark[] = [
  coco,
  hatefulMemes,
  imagenet,
  vqav2,
];
