import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { elementCount } from '../../dsl/element-count.ts';
import type { Program } from '../../dsl/program/program.ts';
import type { Benchmark } from '../benchmark.ts';
import { exactly } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { compileOnce } from '../support/compile-once.ts';
import { sparseCheckpoint } from '../support/sparse-checkpoint.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

export const benchmark: Benchmark = {
  name: 'quantising',
  summary: 'time and memory of quantising a float16 checkpoint, by the command line',
  large: true,
  run: ({ quick, note }) =>
    withTemporaryFolder(async (folder) => {
      const preset = quick ? 'tiny' : 'open-flamingo';
      const { default: program }: { default: Program } = await import(`../../models/presets/${preset}.ts`);
      const shards = join(folder, 'checkpoint');
      await mkdir(shards);
      const bytes = await sparseCheckpoint(program, shards);
      const largest = Math.max(
        ...[...program.parameters.values()].map(({ shape }) => 2 * elementCount(shape)),
      );
      const aim = 2 * largest + 300e6;
      const cases: Case[] = [];
      for (const precision of ['int8', 'int4']) {
        note(`${preset}, ${(bytes / 1e9).toFixed(1)} GB, in ${precision}`);
        const { total, peak, read } = await compileOnce(preset, shards, ['--precision', precision]);
        cases.push({
          name: precision,
          variants: {
            total: exactly(total, 's'),
            'peak memory': exactly(peak / 1e6, 'MB'),
            aim: exactly(aim / 1e6, 'MB'),
            read: exactly(read / 1e6, 'MB'),
          },
          comparisons: [],
        });
      }
      const notes = [
        'Aim: twice the largest tensor and 300 MB. Sparse files of zeros; one run each; the progress bar and all threads are on.',
      ];
      return [{ title: `${preset}, ${(bytes / 1e9).toFixed(1)} GB of float16`, cases, notes }];
    }),
};
