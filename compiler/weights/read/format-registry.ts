// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { format as foreign } from './formats/foreign.ts';
import { format as legacyPytorch } from './formats/legacy-pytorch.ts';
import { format as pytorch } from './formats/pytorch.ts';
import { format as safetensors } from './formats/safetensors.ts';
import { format as shardIndex } from './formats/shard-index.ts';
import type { WeightFormat } from './format.ts';

/** Every format of weight files. */
export const FORMATS: readonly WeightFormat[] = [
  foreign,
  legacyPytorch,
  pytorch,
  safetensors,
  shardIndex,
];
