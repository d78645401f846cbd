import { join } from 'node:path';
import { type FlamingoModel, loadFlamingo } from '../../runtime/index.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { compileSeeded } from '../support/artifact.ts';
import { middleFlamingo } from '../support/middle-model.ts';
import { noiseImage } from '../support/noise-image.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const TEXT = 'Output: noise';

/** Requests to time: so many shots, the same in every request, and so many new tokens. */
const REQUESTS = [
  { name: '4 shots, 1 new token', shots: 4, newTokens: 1 },
  { name: '4 shots, 16 new tokens', shots: 4, newTokens: 16 },
  { name: '8 shots, 1 new token', shots: 8, newTokens: 1 },
] as const;

type Request = (typeof REQUESTS)[number];

async function measure(kept: FlamingoModel, forgetful: FlamingoModel, quick: boolean): Promise<Case[]> {
  const requests = quick ? REQUESTS.slice(0, 1) : REQUESTS;
  const examples = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => ({ image: await noiseImage(index, 256), text: TEXT })),
  );
  let seed = 1000;
  const ask =
    (model: FlamingoModel, { shots, newTokens }: Request) =>
    async () => {
      const query = { image: await noiseImage(seed++, 256), text: 'Output:' };
      await model.generate({ shots: examples.slice(0, shots), query }, { maxNewTokens: newTokens });
    };
  const again = (name: string) => `${name}, again`;
  const samples = await interleave(
    Object.fromEntries(
      requests.flatMap((request) => [
        [request.name, ask(kept, request)],
        [again(request.name), ask(forgetful, request)],
      ]),
    ),
    { seconds: quick ? 0.5 : 12, least: quick ? 3 : 6 },
  );
  return requests.map(({ name }) => {
    const [fast = [], slow = []] = [samples[name], samples[again(name)]];
    return {
      name,
      variants: { kept: spreadOf(fast, 'ms'), 'computed again': spreadOf(slow, 'ms') },
      comparisons: [compare('computed again / kept', slow, fast)],
    };
  });
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
      // Of text nothing is kept: it is the pictures that are compared.
      await using kept = await loadFlamingo(artifact, { threads, keptTokens: 0 });
      await using forgetful = await loadFlamingo(artifact, { threads, imageMemory: 0, keptTokens: 0 });
      note('requests');
      const cases = await measure(kept, forgetful, context.quick);
      const notes = [
        "Through the runtime's `generate`, decoding of the pictures' files included; the query's image is new in every request.",
      ];
      return [{ title: 'A request', cases, notes }];
    }),
};
