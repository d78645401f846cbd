import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '../../dsl/program/program.ts';
import type { Benchmark } from '../benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import { type CompileRun, compileOnce } from '../support/compile-once.ts';
import { sparseCheckpoint } from '../support/sparse-checkpoint.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const PRESETS = ['flamingo-3b', 'flamingo-9b', 'flamingo-80b'] as const;

export const benchmark: Benchmark = {
  name: 'checkpoint',
  summary:
    "time, memory and bytes read of compiling float16 checkpoints of the paper's sizes, by the command line",
  run: ({ quick, note }) =>
    withTemporaryFolder(async (folder) => {
      const cases = [];
      for (const preset of quick ? PRESETS.slice(0, 1) : PRESETS) {
        const { default: program }: { default: Program } = await import(`../../models/presets/${preset}.ts`);
        const shards = join(folder, preset);
        await mkdir(shards);
        const bytes = await sparseCheckpoint(program, shards);
        const runs: CompileRun[] = [];
        for (let round = 0; round < (quick ? 1 : 3); round++) {
          note(`${preset}, ${(bytes / 1e9).toFixed(0)} GB, run ${round + 1}`);
          runs.push(await compileOnce(preset, shards));
        }
        const spread = (of: (run: CompileRun) => number, unit: 's' | 'MB') => spreadOf(runs.map(of), unit);
        cases.push({
          name: `${preset}, ${(bytes / 1e9).toFixed(0)} GB`,
          variants: {
            total: spread(({ total }) => total, 's'),
            'match, optimise and write': spread(({ compile }) => compile, 's'),
            'peak memory': spread(({ peak }) => peak / 1e6, 'MB'),
            read: spread(({ read }) => read / 1e6, 'MB'),
          },
          comparisons: [],
        });
      }
      const notes = [
        'Aims: flamingo-3b under 5 s; flamingo-80b under 20 s and 1000 MB.',
        'Sparse files of zeros. What is read are the program itself, the model file and the headers of the shards.',
      ];
      return [{ title: 'Compiling a checkpoint where it lies', cases, notes }];
    }),
};
