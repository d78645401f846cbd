import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import type { Precision } from '../../dsl/precision.ts';
import { writeBenchmarkCheckpoint } from '../support/large-model.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';
import type { RowContext } from './row.ts';
import { measuredFlamingo } from './scale.ts';

/**
 * The folder of the model that is measured, compiled for CUDA with the graph of whole answers, made where it is not there yet.
 * Its weights are random, a checkpoint in float16 that all precisions link or quantise.
 */
export async function measuredModel(
  { folder, scale, note }: Pick<RowContext, 'folder' | 'scale' | 'note'>,
  precision: Precision,
): Promise<string> {
  const out = join(folder, `${scale}-${precision}`);
  if (existsSync(out)) return out;
  await mkdir(folder, { recursive: true });
  const program = measuredFlamingo(scale);
  const weights = join(folder, `${scale}.safetensors`);
  if (!existsSync(weights)) {
    note('write random weights');
    // Under its name only when it is whole, as a process may be ended at any time.
    await writeBenchmarkCheckpoint(program, `${weights}.part`);
    await rename(`${weights}.part`, weights);
  }
  note(`compile in ${precision}`);
  await compile(program, {
    ...{ out, source: 'bench/cuda', tokenizer: BYTE_LEVEL, weights: [weights] },
    ...{ target: 'cuda', generation: true, precision },
  });
  return out;
}
