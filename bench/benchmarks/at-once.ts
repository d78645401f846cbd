import { join } from 'node:path';
import { type FlamingoModel, loadFlamingo } from '../../runtime/index.ts';
import type { Benchmark } from '../benchmark.ts';
import { computed, interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { compileSeeded } from '../support/artifact.ts';
import { middleFlamingo } from '../support/middle-model.ts';
import { noiseImage } from '../support/noise-image.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const NEW_TOKENS = 20;
const WORDS = 'a text that is read before anything is asked; ';

/** What so many requests cost at once, and as one call, in what all threads compute. */
async function measureCost(model: FlamingoModel, count: number, quick: boolean): Promise<Case> {
  const pictures = await Promise.all(Array.from({ length: 4 }, (_, index) => noiseImage(index, 256)));
  const prompts = Array.from({ length: count }, (_, index) => ({
    shots: pictures.slice(0, 2).map((image) => ({ image, text: 'Output: noise' })),
    query: { image: pictures[index % pictures.length] ?? '', text: `${'Output: '.repeat(1 + (index % 3))}` },
  }));
  const options = { maxNewTokens: NEW_TOKENS };
  const calls = {
    generateBatch: () => model.generateBatch(prompts, { ...options, batchSize: count }),
    'at once': () => Promise.all(prompts.map((prompt) => model.generate(prompt, options))),
  };
  const rounds = { seconds: quick ? 0.5 : 20, least: quick ? 2 : 6, clock: computed };
  const samples = await interleave(calls, rounds);
  return {
    name: count === 1 ? '1 request' : `${count} requests`,
    variants: Object.fromEntries(Object.entries(samples).map(([name, each]) => [name, spreadOf(each, 'ms')])),
    comparisons: [compare('at once / generateBatch', samples['at once'], samples.generateBatch)],
  };
}

/** Milliseconds to the first token of a prompt. */
async function firstToken(model: FlamingoModel, text: string): Promise<number> {
  const began = performance.now();
  for await (const _ of model.stream({ text, media: [] }, { maxNewTokens: 1 }))
    return performance.now() - began;
  throw new Error('no token came');
}

/** How long a short prompt waits for its first token, alone, and when a long one has just begun to be read. */
async function measureWaits(
  models: Readonly<Record<'in chunks' | 'whole', FlamingoModel>>,
  quick: boolean,
): Promise<Case[]> {
  const long = WORDS.repeat(quick ? 6 : 20);
  const short: Record<'alone' | 'in chunks' | 'whole', number[]> = { alone: [], 'in chunks': [], whole: [] };
  const reading: Record<'in chunks' | 'whole', number[]> = { 'in chunks': [], whole: [] };
  for (let round = 0; round < (quick ? 2 : 8); round++) {
    short.alone.push(await firstToken(models['in chunks'], 'Output:'));
    for (const name of ['in chunks', 'whole'] as const) {
      reading[name].push(await firstToken(models[name], long));
      const first = firstToken(models[name], long);
      await new Promise((resolve) => setTimeout(resolve, 20));
      short[name].push(await firstToken(models[name], 'Output:'));
      await first;
    }
  }
  return [
    {
      name: `a prompt of 7 tokens behind one of ${long.length}`,
      variants: Object.fromEntries(Object.entries(short).map(([name, each]) => [name, spreadOf(each, 'ms')])),
      comparisons: [compare('whole / in chunks', short.whole, short['in chunks'])],
    },
    {
      name: `the prompt of ${long.length} tokens alone`,
      variants: Object.fromEntries(
        Object.entries(reading).map(([name, each]) => [name, spreadOf(each, 'ms')]),
      ),
      comparisons: [compare('whole / in chunks', reading.whole, reading['in chunks'])],
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'at-once',
  summary: 'requests that come at once against one call with all of them, and what a short one waits for',
  run: (context) =>
    withTemporaryFolder(async (folder) => {
      const { threads, quick, note } = context;
      const artifact = join(folder, 'middle');
      note('compile the model');
      await compileSeeded(middleFlamingo(), artifact);
      await using model = await loadFlamingo(artifact, { threads });
      await using whole = await loadFlamingo(artifact, { threads, prefillChunk: 100_000 });
      const cases: Case[] = [];
      for (const count of quick ? [1, 8] : [1, 8, 32]) {
        note(`${count} request${count === 1 ? '' : 's'}`);
        cases.push(await measureCost(model, count, quick));
      }
      note('waiting for a first token');
      const waits = await measureWaits({ 'in chunks': model, whole }, quick);
      return [
        {
          title: `Computing time of all threads, ${NEW_TOKENS} tokens each`,
          cases,
          notes: ['Two examples and a question, each with a picture that is known after the first round.'],
        },
        {
          title: 'Time to the first token',
          cases: waits,
          notes: [
            'A prompt is read in chunks of 256 tokens; between two the others get a token, or are read themselves.',
          ],
        },
      ];
    }),
};
