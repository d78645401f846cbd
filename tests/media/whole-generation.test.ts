import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import type { GenerateOptions } from '../../runtime/generate/options.ts';
import { promptAfter } from '../../runtime/prompt/examples.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import type { Generation } from '../../runtime/worker/protocol.ts';
import { PROMPTS, TOKENIZER } from '../runtime/compiled-model.ts';
import { assertSameGeneration } from './same-generation.ts';
import { SMALL_FAMILIES } from './small-families.ts';
import { SMALL_MODELS, writeLivelyWeights } from './small-models.ts';

/** Float32 sums in another order differ in the last digits. */
const TOLERANCE = 1e-4;

const TEXTS: readonly Prompt[] = [
  { query: { text: 'Once' } },
  { shots: [{ text: 'two and two: four' }, { text: 'one: one' }], query: { text: 'ten:' } },
];

/** Answers that end at different steps, by a limit, a text or a token, and longer ones than are written in one run. */
const SETTINGS: readonly GenerateOptions[] = [
  { maxNewTokens: 7 },
  { maxNewTokens: 1 },
  { maxNewTokens: 45, temperature: 1.5, seed: 3 },
  { maxNewTokens: 12, temperature: 0.7, topK: 5, seed: 4 },
  { maxNewTokens: 40, topP: 0.9, seed: -5, stop: ['e', '\u0000'] },
  { maxNewTokens: 9, topK: 40, topP: 0.5, temperature: 2 },
  { maxNewTokens: 9, topK: 1 },
];

for (const [name, make] of Object.entries({ ...SMALL_MODELS, ...SMALL_FAMILIES })) {
  describe(`a whole generation in one graph: ${name}`, () => {
    let folder: string;
    let whole: Engine;
    let steps: Engine;
    const program = make();
    const { 'two examples': two, 'pictures in a row': row, 'no picture': text, 'a video': video } = PROMPTS;
    const isVideo = (program.facts.image?.maxFrames ?? 1) > 1;
    const pictured = [two, row, text, ...(isVideo ? [video] : [])].filter((each) => each !== undefined);
    const prompts = program.facts.image === undefined ? TEXTS : pictured;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'whole-'));
      const weights = join(folder, 'weights.safetensors');
      await writeLivelyWeights(weights, program, 3);
      const made = { tokenizer: TOKENIZER, weights: [weights], copyWeights: true };
      const directory = join(folder, 'model');
      await compile(program, { ...made, out: directory, generation: true });
      const options = { directory, verify: true, imageMemory: 2 ** 24, threads: 1 };
      whole = await Engine.open({ ...options, generation: 'graph' });
      steps = await Engine.open(options);
    });
    after(async () => {
      await whole.close();
      await steps.close();
      await rm(folder, { recursive: true, force: true });
    });

    const assertSame = (actual: Generation | undefined, expected: Generation | undefined, what: string) =>
      assertSameGeneration(actual, expected, what, TOLERANCE);

    it('writes the tokens of the search step by step, in a batch whose rows end at different steps', async () => {
      const asked = SETTINGS.flatMap((options) => prompts.map((prompt) => ({ prompt, options })));
      const answers = await Promise.all(
        asked.map(({ prompt, options }) => whole.generate([prompt], options)),
      );
      for (const [index, { prompt, options }] of asked.entries()) {
        const [expected] = await steps.generate([prompt], options);
        assertSame(answers[index]?.[0], expected, JSON.stringify([prompt, options]));
      }
      assert.equal(whole.usage().cachedTokens, 0);
    });

    it('tells tokens as they come, many at a time, and stops where it is told to', async () => {
      const [prompt = { query: { text: 'Once' } }] = prompts;
      const options = { maxNewTokens: 70, temperature: 1.3, seed: 8 };
      const [expected] = await steps.generate([prompt], options);
      let streamed = '';
      const [answer] = await whole.generate([prompt], options, {
        onToken: (event) => {
          streamed += event.text;
        },
      });
      assertSame(answer, expected, 'streamed');
      assert.equal(streamed, expected?.text);
      const controller = new AbortController();
      const [stopped] = await whole.generate(
        [prompt],
        { ...options, maxNewTokens: 120 },
        {
          signal: controller.signal,
          onToken: () => controller.abort(),
        },
      );
      assert.ok(stopped);
      const isWhole = stopped.finish !== 'aborted';
      assert.ok(isWhole || stopped.tokens.length < 120, stopped.finish);
      assert.deepEqual(stopped.tokens.slice(0, 8), expected?.tokens.slice(0, 8));
    });

    it('goes on from a prepared task, and has beams and scores too', async () => {
      const examples = { shots: [{ text: 'Output:one' }, { text: 'Output:two' }] };
      const { task } = await whole.tasks.prepare(examples);
      const questions = [{ text: 'Output:' }, { text: 'What comes then? Output:' }];
      const options = { maxNewTokens: 6, temperature: 1.2 };
      const answers = await Promise.all(
        questions.map((question) => whole.generate([{ task, question }], options)),
      );
      for (const [index, question] of questions.entries()) {
        const [expected] = await steps.generate([promptAfter(examples, question)], options);
        assertSame(answers[index]?.[0], expected, `question ${index}`);
      }
      whole.tasks.close(task);
      const [prompt = { query: { text: 'Once' } }] = prompts;
      const [beams] = await whole.generate([prompt], { maxNewTokens: 4, beams: 2 });
      const [expected] = await steps.generate([prompt], { maxNewTokens: 4, beams: 2 });
      assertSame(beams, expected, 'beams');
    });
  });
}
