import { join } from 'node:path';
import { type FlamingoModel, loadFlamingo } from '../../runtime/index.ts';
import type { Benchmark, BenchmarkContext } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { compileSeeded } from '../support/artifact.ts';
import { middleFlamingo } from '../support/middle-model.ts';
import { noiseImage } from '../support/noise-image.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const TEXT = 'Output: noise';

/** Requests with the same shots and each its own query image. */
async function measure(
  shots: number,
  newTokens: number,
  kept: FlamingoModel,
  forgetful: FlamingoModel,
  { quick }: BenchmarkContext,
): Promise<Case> {
  const examples = await Promise.all(
    Array.from({ length: shots }, async (_, index) => ({ image: await noiseImage(index, 256), text: TEXT })),
  );
  let seed = 1000;
  const request = (model: FlamingoModel) => async () => {
    const query = { image: await noiseImage(seed++, 256), text: 'Output:' };
    await model.generate({ shots: examples, query }, { maxNewTokens: newTokens });
  };
  const samples = await interleave(
    { kept: request(kept), 'computed again': request(forgetful) },
    { seconds: quick ? 0.5 : 4, least: quick ? 3 : 6 },
  );
  return {
    name: `${shots} shots, ${newTokens} new ${newTokens === 1 ? 'token' : 'tokens'}`,
    variants: {
      kept: spreadOf(samples.kept, 'ms'),
      'computed again': spreadOf(samples['computed again'], 'ms'),
    },
    comparisons: [compare('computed again / kept', samples['computed again'], samples.kept)],
  };
}

export const benchmark: Benchmark = {
  name: 'vision-cache',
  summary: 'requests with the same shots: their images kept against computed again',
  run: (context) =>
    withTemporaryFolder(async (folder) => {
      const { threads, note } = context;
      const artifact = join(folder, 'middle');
      note('compile the model');
      await compileSeeded(middleFlamingo(), artifact);
      await using kept = await loadFlamingo(artifact, { threads });
      await using forgetful = await loadFlamingo(artifact, { threads, imageMemory: 0 });
      const cases: Case[] = [];
      for (const [shots, newTokens] of [
        [4, 1],
        [4, 16],
        [8, 1],
      ] as const) {
        note(`${shots} shots, ${newTokens} new tokens`);
        cases.push(await measure(shots, newTokens, kept, forgetful, context));
      }
      const notes = [
        "Through the runtime's `generate`, decoding of the pictures' files included; the query's image is new in every request.",
      ];
      return [{ title: 'A request', cases, notes }];
    }),
};
