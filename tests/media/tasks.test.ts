import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenerateOptions } from '../../runtime/generate/options.ts';
import { type Examples, promptAfter } from '../../runtime/prompt/examples.ts';
import type { Query, Shot } from '../../runtime/prompt/prompt.ts';
import { Engine, type EngineOptions } from '../../runtime/worker/engine.ts';
import type { Generation } from '../../runtime/worker/protocol.ts';
import { compiledModel, picture } from '../runtime/compiled-model.ts';
import { assertSameGeneration } from './same-generation.ts';
import { compileLively, SMALL_MODELS } from './small-models.ts';

/** Float32 sums in another order differ in the last digits, which a perceptron or large features raise. */
const TOLERANCE = 1e-4;

const close = (actual: number | undefined, expected: number | undefined, what: string) =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)) <=
      TOLERANCE * Math.max(1, Math.abs(expected ?? 0)),
    `${what}: ${actual} instead of ${expected}`,
  );

const [dog, cat, bicycle, teapot] = [
  picture('dog.jpg'),
  picture('cat.png'),
  picture('bicycle.png'),
  picture('teapot-grey.png'),
];

const SETTINGS: readonly GenerateOptions[] = [
  { maxNewTokens: 6 },
  { maxNewTokens: 5, beams: 3 },
  { maxNewTokens: 8, temperature: 1.5, seed: 4, stop: ['e'] },
];

describe('a prepared task', () => {
  for (const [name, make] of Object.entries(SMALL_MODELS)) {
    describe(name, () => {
      let folder: string;
      let options: EngineOptions;
      let prepared: Engine;
      let whole: Engine;
      const program = make();
      const { image } = program.facts;
      const shown = (pictures: Shot): Shot => (image === undefined ? { text: pictures.text } : pictures);
      const asked = (query: Query): Query => (image === undefined ? { text: query.text ?? '' } : query);
      const isVideo = (image?.maxFrames ?? 1) > 1;

      const tasks: Readonly<Record<string, Examples>> = {
        shots: {
          shots: [
            shown({ image: dog, text: 'Output:a dog' }),
            shown({ images: [bicycle, teapot], text: 'Output:two wheels, one spout' }),
            shown(
              isVideo ? { video: [dog, cat], text: 'Output:a clip' } : { image: cat, text: 'Output:a cat' },
            ),
          ],
          separator: '\n',
        },
        'a dialogue': {
          preamble: 'Flamingo answers.',
          turns: [
            { speaker: 'user', ...shown({ image: dog, text: 'What is this?' }) },
            { speaker: 'assistant', text: 'A dog.' },
          ],
        },
      };
      const queries: readonly Query[] = [
        { image: cat, text: 'Output:' },
        { images: [teapot, dog], text: 'Output:' },
        { text: 'What was the last?' },
        ...(image === undefined ? [] : [{ image: bicycle }]),
      ].map(asked);

      before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'tasks-'));
        const directory = await compileLively(folder, program);
        options = { directory, verify: false, imageMemory: 2 ** 24, threads: 1 };
        whole = await Engine.open({ ...options, keptTokens: 0 });
        prepared = await Engine.open(options);
      });
      after(async () => {
        await whole.close();
        await prepared.close();
        await rm(folder, { recursive: true, force: true });
      });

      const assertSame = (actual: Generation | undefined, expected: Generation | undefined, what: string) =>
        assertSameGeneration(actual, expected, what, TOLERANCE);

      /** Writes a task into a file, and asks another engine after it, which reads nothing of the examples. */
      const saved = async (task: number, examples: Examples, tokens: number) => {
        const path = join(folder, 'a.task');
        await prepared.tasks.save(task, path);
        await using other = await Engine.open(options);
        const loaded = await other.tasks.load(path);
        assert.equal(loaded.tokens, tokens);
        const asked = queries.map((question) => ({ task: loaded.task, question }));
        const answers = await Promise.all(asked.map((each) => other.generate([each], { maxNewTokens: 6 })));
        const own = queries.flatMap(({ image, images = [] }) => (image ? [image] : images));
        assert.equal(other.usage().encoded, new Set(own).size, "the questions' pictures alone are encoded");
        for (const [index, query] of queries.entries()) {
          const [expected] = await whole.generate([promptAfter(examples, query)], { maxNewTokens: 6 });
          assertSame(answers[index]?.[0], expected, `question ${index} after a task from a file`);
        }
        const again = join(folder, 'again.task');
        await other.tasks.save(loaded.task, again);
        assert.deepEqual(await readFile(again), await readFile(path), 'what is loaded is saved as it was');
      };

      for (const [form, examples] of Object.entries(tasks)) {
        it(`answers and scores as the whole prompt does, many questions at once (${form})`, async () => {
          const { task, tokens } = await prepared.tasks.prepare(examples);
          const { keptTokens, encoded } = prepared.usage();
          // A state of a recurrence is known behind the last token alone: such a model reads its examples again.
          const { inPieces } = prepared.language;
          assert.ok(keptTokens >= (inPieces ? tokens : 0));
          for (const options of SETTINGS) {
            const before = prepared.usage().reusedTokens;
            const answers = await Promise.all(
              queries.map((question) => prepared.generate([{ task, question }], options)),
            );
            const reused = prepared.usage().reusedTokens - before;
            assert.ok(
              reused >= (inPieces ? queries.length * (tokens - 1) : 0),
              `${reused} of ${queries.length} times ${tokens}`,
            );
            for (const [index, query] of queries.entries()) {
              const [expected] = await whole.generate([promptAfter(examples, query)], options);
              assertSame(answers[index]?.[0], expected, `question ${index}`);
            }
          }
          const choices = ['a', 'a dog', 'é', 'two wheels'];
          const scores = await Promise.all(
            queries.map((question) => prepared.score({ task, question }, choices, { normalise: 'none' })),
          );
          for (const [index, query] of queries.entries()) {
            const expected = await whole.score(promptAfter(examples, query), choices, { normalise: 'none' });
            for (const [place, { logLikelihood, tokens }] of expected.entries()) {
              close(scores[index]?.[place]?.logLikelihood, logLikelihood, `question ${index}`);
              assert.equal(scores[index]?.[place]?.tokens, tokens);
            }
          }
          const own = new Set(queries.flatMap(({ image, images = [] }) => (image ? [image] : images)));
          assert.ok(
            prepared.usage().encoded - encoded <= own.size,
            'the pictures of examples are encoded once',
          );
          if (inPieces) await saved(task, examples, tokens);
          else {
            const sentence =
              /has recurrences, whose state is known behind the last token alone: prepare it in the/;
            await assert.rejects(prepared.tasks.save(task, join(folder, 'never.task')), sentence);
            await assert.rejects(prepared.tasks.load(join(folder, 'never.task')), sentence);
          }
          prepared.tasks.close(task);
          await assert.rejects(
            prepared.generate([{ task, question: queries[0] ?? {} }], {}),
            /^UserError: The task is closed: prepare it again\.$/,
          );
        });
      }
    });
  }

  it('is answered where a way of media reads prompts whole, but is no file then', async () => {
    const options = { directory: await compiledModel(), verify: false, imageMemory: 2 ** 24, threads: 1 };
    await using whole = await Engine.open(options);
    await using engine = await Engine.open(options);
    Reflect.set(engine.way, 'inPieces', false);
    const shots = [{ image: dog, text: 'Output:a dog' }];
    const question = { image: cat, text: 'Output:' };
    const { task } = await engine.tasks.prepare({ shots });
    const [answer] = await engine.generate([{ task, question }], { maxNewTokens: 5 });
    const [expected] = await whole.generate([{ shots, query: question }], { maxNewTokens: 5 });
    assert.deepEqual(answer?.tokens, expected?.tokens);
    assert.deepEqual([engine.usage().keptTokens, engine.usage().encoded], [0, 2]);
    const sentence = /reads them whole: give 'inPieces' in runMediaWay\.$/;
    await assert.rejects(engine.tasks.save(task, 'never.task'), sentence);
    await assert.rejects(engine.tasks.load('never.task'), sentence);
  });
});
