// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { row as batch } from './rows/batch.ts';
import { row as blocks } from './rows/blocks.ts';
import { row as decode } from './rows/decode.ts';
import { row as families } from './rows/families.ts';
import { row as int4 } from './rows/int4.ts';
import { row as limits } from './rows/limits.ts';
import { row as models } from './rows/models.ts';
import { row as placement } from './rows/placement.ts';
import { row as prefill } from './rows/prefill.ts';
import { row as trainingBlocks } from './rows/training-blocks.ts';
import { row as trainingEmoji } from './rows/training-emoji.ts';
import { row as vision } from './rows/vision.ts';
import type { Row } from './row.ts';

/** Every row of the table. */
export const CUDA_ROWS: readonly Row[] = [
  batch,
  blocks,
  decode,
  families,
  int4,
  limits,
  models,
  placement,
  prefill,
  trainingBlocks,
  trainingEmoji,
  vision,
];
