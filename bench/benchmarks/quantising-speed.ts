import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderBytes } from '../../cli/folder-bytes.ts';
import { compile } from '../../compiler/compile.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, exactly, spreadOf } from '../measure/statistics.ts';
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
      const out = join(folder, 'int4');
      const quantise = () =>
        compile(program, {
          ...{ out, source: 'bench', tokenizer: BYTE_LEVEL, weights: [weights], precision: 'int4' },
          replace: true,
        });
      note('int4');
      await quantise();
      const bytes = await folderBytes(out);
      const samples = await interleave(
        {
          int4: quantise,
          files: async () => {
            await read(weights);
            await write(join(folder, 'copy'), bytes);
          },
        },
        { seconds: 1, least: quick ? 2 : 4 },
      );
      const { size } = await stat(weights);
      return [
        {
          title: `${(size / 1e9).toFixed(1)} GB of float16, in this process`,
          cases: [
            {
              name: 'a compilation',
              variants: {
                'to int4': spreadOf(samples.int4, 'ms'),
                'reading, and writing int4': spreadOf(samples.files, 'ms'),
                'written in int4': exactly(bytes / 1e6, 'MB'),
              },
              comparisons: [compare('int4 / reading and writing', samples.int4, samples.files)],
            },
          ],
          notes: [
            'Aim: twice what reading and writing take. Files are in the memory of the system on both sides.',
          ],
        },
      ];
    }),
};
