import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FlamingoModel, loadFlamingo, type PreparedTask } from '../../runtime/index.ts';
import type { Benchmark } from '../benchmark.ts';
import { computed, interleave } from '../measure/interleave.ts';
import { compare, exactly, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { compileSeeded } from '../support/artifact.ts';
import { middleFlamingo } from '../support/middle-model.ts';
import { noiseImage } from '../support/noise-image.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const SHOTS = 32;
const AT_ONCE = 8;
const NEW_TOKENS = 8;
const TEXT = 'Output: noise';

type Shot = { readonly image: Uint8Array; readonly text: string };

/** What a question costs: after examples that were prepared, that were asked before, that are read again, and without any. */
async function measureQuestions(
  models: Readonly<Record<'keeping' | 'forgetful', FlamingoModel>>,
  task: PreparedTask,
  shots: readonly Shot[],
  quick: boolean,
): Promise<Case[]> {
  let seed = 1000;
  const next = async () => ({ image: await noiseImage(seed++, 256), text: 'Output:' });
  const options = { maxNewTokens: NEW_TOKENS };
  const { keeping, forgetful } = models;
  const none = 'no example';
  const prepared = `${SHOTS} prepared`;
  const whole = `${SHOTS} in the prompt, as before`;
  const again = `${SHOTS} in the prompt, read again`;
  const ways = {
    [none]: async () => keeping.generate({ query: await next() }, options),
    [prepared]: async () => task.generate(await next(), options),
    [whole]: async () => keeping.generate({ shots, query: await next() }, options),
    [again]: async () => forgetful.generate({ shots, query: await next() }, options),
  };
  const cases: Case[] = [];
  for (const count of quick ? [1] : [1, AT_ONCE]) {
    const variants = Object.entries(ways).map(
      ([name, ask]) => [name, () => Promise.all(Array.from({ length: count }, ask))] as const,
    );
    const rounds = { seconds: quick ? 0.5 : 20, least: quick ? 2 : 8 };
    const clock = count === 1 ? {} : { clock: computed };
    const samples = await interleave(Object.fromEntries(variants), { ...rounds, ...clock });
    const of = (name: string) => samples[name] ?? [];
    cases.push({
      name: count === 1 ? 'a question' : `${count} at once, computing time of all threads`,
      variants: Object.fromEntries(Object.keys(ways).map((name) => [name, spreadOf(of(name), 'ms')])),
      comparisons: [
        compare('prepared / no example', of(prepared), of(none)),
        compare('as before / no example', of(whole), of(none)),
        compare('read again / prepared', of(again), of(prepared)),
      ],
    });
  }
  return cases;
}

/** What it takes to come by a task: reading its examples, and taking it from a file. */
async function measureTask(
  model: FlamingoModel,
  shots: readonly Shot[],
  folder: string,
  quick: boolean,
): Promise<Case> {
  const path = join(folder, 'examples.task');
  await using task = await model.prepare({ shots });
  await task.save(path);
  const samples = await interleave(
    {
      prepare: async () => (await model.prepare({ shots })).close(),
      load: async () => (await model.loadTask(path)).close(),
    },
    { seconds: quick ? 0.5 : 5, least: quick ? 2 : 6 },
  );
  const { size } = await stat(path);
  return {
    name: `${SHOTS} examples, ${task.tokens} tokens`,
    variants: {
      'from a file': spreadOf(samples.load, 'ms'),
      'the file': exactly(size / 1e6, 'MB'),
    },
    comparisons: [compare('from a file / prepared again while kept', samples.load, samples.prepare)],
  };
}

export const benchmark: Benchmark = {
  name: 'prepared-task',
  summary: `a question after ${SHOTS} examples that were read once, against one without any`,
  run: (context) =>
    withTemporaryFolder(async (folder) => {
      const { threads, quick, note } = context;
      const artifact = join(folder, 'middle');
      note('compile the model');
      await compileSeeded(middleFlamingo(), artifact);
      await using keeping = await loadFlamingo(artifact, { threads });
      await using forgetful = await loadFlamingo(artifact, { threads, keptTokens: 0 });
      const shots = await Promise.all(
        Array.from({ length: SHOTS }, async (_, index) => ({
          image: await noiseImage(index, 256),
          text: TEXT,
        })),
      );
      note('questions');
      await using task = await keeping.prepare({ shots });
      const questions = await measureQuestions({ keeping, forgetful }, task, shots, quick);
      note('files');
      const files = await measureTask(keeping, shots, folder, quick);
      return [
        {
          title: `A question with a new picture, ${NEW_TOKENS} tokens of an answer`,
          cases: questions,
          notes: [
            "Through the runtime, decoding of the question's picture included. Pictures of examples are kept in all of them: what is read again is text.",
          ],
        },
        { title: 'A task', cases: [files], notes: [] },
      ];
    }),
};
