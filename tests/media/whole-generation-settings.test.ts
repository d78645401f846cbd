import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { GenerateOptions } from '../../runtime/generate/options.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { PROMPTS } from '../runtime/compiled-model.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { SMALL_FAMILIES } from './small-families.ts';
import { compileLively, SMALL_MODELS } from './small-models.ts';

const MODELS = {
  packed: SMALL_MODELS.packed,
  masked: SMALL_MODELS['masked, all previous pictures'],
  spliced: SMALL_MODELS['spliced by a resampler'],
  hybrid: SMALL_MODELS['packed, on recurrences and attention'],
  LLaMA: SMALL_FAMILIES.LLaMA,
  'a language model alone': SMALL_MODELS['a language model alone'],
};

const TEXTS: readonly Prompt[] = [{ query: { text: 'Once' } }, { query: { text: 'ten: ' } }];

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });

/** Whatever the runtime takes for one answer: drawn or not, ended by tokens, texts or the limit. */
const settings = fc.record({
  maxNewTokens: fc.oneof(fc.integer({ min: 1, max: 14 }), fc.constant(40)),
  temperature: maybe(
    fc.oneof(fc.constantFrom(1e-30, 0.7, 1e30), fc.double({ min: 0.1, max: 4, noNaN: true })),
  ),
  topK: maybe(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(1_000_000))),
  topP: maybe(fc.oneof(fc.constant(1), fc.double({ min: 0.05, max: 1, noNaN: true }))),
  seed: maybe(fc.integer()),
  stop: maybe(fc.array(fc.constantFrom('e', 'a', '\n', ' th', '\u0000'), { minLength: 1, maxLength: 2 })),
  listens: fc.boolean(),
});

for (const [name, make] of Object.entries(MODELS)) {
  describe(`a whole generation, whatever is asked: ${name}`, () => {
    let folder: string;
    let whole: Engine;
    let steps: Engine;
    const program = make?.();
    assert.ok(program);
    const { 'two examples': two, 'no picture': text } = PROMPTS;
    const prompts =
      program.facts.image === undefined ? TEXTS : [two, text].filter((each) => each !== undefined);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'whole-settings-'));
      const directory = await compileLively(folder, program, { generation: true });
      const options = { directory, verify: true, imageMemory: 2 ** 24, threads: 1 };
      whole = await Engine.open({ ...options, generation: 'graph' });
      steps = await Engine.open({ ...options, generation: 'steps' });
    });
    after(async () => {
      await whole.close();
      await steps.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('is that of the search step by step, beside others with other settings', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(settings, { minLength: 1, maxLength: 3 }), async (asked) => {
          const requests = asked.map(({ listens, ...given }, index) => {
            const set = Object.entries(given).filter(([, value]) => value !== undefined);
            const options: GenerateOptions = Object.fromEntries(set);
            const prompt = prompts[index % prompts.length] ?? { query: { text: 'Once' } };
            return { prompt, options, listens };
          });
          const told = requests.map(() => '');
          const found = await Promise.all(
            requests.map(({ prompt, options, listens }, index) =>
              whole.generate([prompt], options, {
                ...(listens && {
                  onToken(event) {
                    told[index] += event.text;
                  },
                }),
              }),
            ),
          );
          for (const [index, { prompt, options, listens }] of requests.entries()) {
            const [answer] = found[index] ?? [];
            const [expected] = await steps.generate([prompt], options);
            assert.deepEqual(
              [answer?.tokens, answer?.text, answer?.finish],
              [expected?.tokens, expected?.text, expected?.finish],
            );
            for (const [place, score] of answer?.scores.entries() ?? [])
              assert.ok(Math.abs(score - (expected?.scores[place] ?? Number.NaN)) < 1e-4);
            if (listens) assert.equal(told[index], expected?.text);
          }
        }),
        { numRuns: 12 },
      );
    });

    it('is refused by name as step by step, where the graph cannot or nobody could', async () => {
      const [prompt = { query: { text: 'Once' } }] = prompts;
      const long = { query: { text: 'x'.repeat(400) } };
      for (const engine of [whole, steps]) {
        await assert.rejects(engine.generate([long], {}), oneSentence(/The prompt has \d+ tokens/));
        await assert.rejects(
          engine.generate([prompt], { maxNewTokens: 4, topP: 2 }),
          oneSentence(/'topP' of the options of generation is 2 but a number of at most 1 is expected/),
        );
        await assert.rejects(
          engine.generate([prompt], { beams: 2 }, { onToken: () => {} }),
          oneSentence(/beam search knows its answer only at the end/),
        );
      }
    });
  });
}
