import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderBytes } from '../../cli/folder-bytes.ts';
import { compile } from '../../compiler/compile.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, exactly, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { largeFlamingo, writeBenchmarkCheckpoint } from '../support/large-model.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';

/** Bytes that are read and written at once. */
const PIECE = 2 ** 20;

/** Into one piece of memory, over and over: nothing reads a file faster. */
async function read(path: string): Promise<void> {
  const piece = Buffer.alloc(PIECE);
  const file = await open(path);
  try {
    while ((await file.read(piece, 0, PIECE)).bytesRead > 0);
  } finally {
    await file.close();
  }
}

async function write(path: string, bytes: number): Promise<void> {
  const piece = Buffer.alloc(PIECE, 1);
  const file = await open(path, 'w');
  try {
    for (let written = 0; written < bytes; written += PIECE)
      await file.write(piece, 0, Math.min(PIECE, bytes - written));
  } finally {
    await file.close();
  }
  await rm(path);
}

export const benchmark: Benchmark = {
  name: 'quantising-speed',
  summary: 'quantising a billion weights, against reading them and writing what comes of it',
  large: true,
  run: ({ quick, note }) =>
    withTemporaryFolder(async (folder) => {
      const program = largeFlamingo(quick);
      const weights = join(folder, 'weights.safetensors');
      note('draw the weights');
      await writeBenchmarkCheckpoint(program, weights);
      const cases: Case[] = [];
      const { size } = await stat(weights);
      for (const precision of ['int4', 'int8'] as const) {
        const out = join(folder, precision);
        const quantise = () =>
          compile(program, {
            ...{ out, source: 'bench', tokenizer: BYTE_LEVEL, weights: [weights], precision },
            replace: true,
          });
        note(precision);
        await quantise();
        const bytes = await folderBytes(out);
        const samples = await interleave(
          {
            quantising: quantise,
            files: async () => {
              await read(weights);
              await write(join(folder, 'copy'), bytes);
            },
          },
          { seconds: 1, least: quick ? 2 : 4 },
        );
        await rm(out, { recursive: true });
        cases.push({
          name: `to ${precision}`,
          variants: {
            'a compilation': spreadOf(samples.quantising, 'ms'),
            'reading, and writing': spreadOf(samples.files, 'ms'),
            written: exactly(bytes / 1e6, 'MB'),
          },
          comparisons: [compare('compilation / reading and writing', samples.quantising, samples.files)],
        });
      }
      return [
        {
          title: `${(size / 1e9).toFixed(1)} GB of float16, in this process`,
          cases,
          notes: [
            'Aim: twice what reading and writing take. Files are in the memory of the system on both sides.',
          ],
        },
      ];
    }),
};
