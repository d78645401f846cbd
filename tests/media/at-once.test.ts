import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenerateOptions } from '../../runtime/generate/options.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import type { Generation } from '../../runtime/worker/protocol.ts';
import { PROMPTS } from '../runtime/compiled-model.ts';
import { compileLively, SMALL_MODELS } from './small-models.ts';

/** Float32 sums in another order differ in the last digits. */
const TOLERANCE = 1e-4;
const REQUESTS = 32;

const SETTINGS: readonly GenerateOptions[] = [
  { maxNewTokens: 12 },
  { maxNewTokens: 9, temperature: 1.5, topK: 40, seed: 7 },
  { maxNewTokens: 1 },
  { maxNewTokens: 5, beams: 3 },
  { maxNewTokens: 16, stop: ['e', 'q'], temperature: 3, seed: 2 },
  { maxNewTokens: 20, topP: 0.9, seed: 3 },
];

const TEXTS: Readonly<Record<string, Prompt>> = {
  'examples in text': {
    shots: [{ text: 'two and two: four' }, { text: 'one: one' }],
    query: { text: 'ten:' },
  },
  'a question': { query: { text: 'Once' } },
  'a long text': { text: 'Look! '.repeat(30), media: [] },
};

/** Lets so many turns of the event loop pass. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('many requests at once', () => {
  for (const [name, make] of Object.entries(SMALL_MODELS)) {
    describe(name, () => {
      let folder: string;
      let alone: Engine;
      let busy: Engine;
      const program = make();
      const { 'a video': video, ...stills } = PROMPTS;
      const isVideo = (program.facts.image?.maxFrames ?? 1) > 1;
      const prompts = Object.values(
        program.facts.image === undefined ? TEXTS : { ...stills, ...(isVideo && video && { video }) },
      );
      const promptOf = (index: number): Prompt => prompts[index % prompts.length] ?? { query: {} };
      const settingsOf = (index: number): GenerateOptions => SETTINGS[(index * 5) % SETTINGS.length] ?? {};

      before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'at-once-'));
        const directory = await compileLively(folder, program);
        const options = { directory, verify: false, imageMemory: 2 ** 24, threads: 1 };
        alone = await Engine.open(options);
        // Prompts are longer than a chunk, and there is memory for a few of them only.
        busy = await Engine.open({ ...options, prefillChunk: 11, cachedTokens: 700 });
      });
      after(async () => {
        await alone.close();
        await busy.close();
        await rm(folder, { recursive: true, force: true });
      });

      const assertSame = (actual: Generation, expected: Generation | undefined, what: string) => {
        assert.ok(expected);
        assert.deepEqual(
          [actual.tokens, actual.text, actual.finish],
          [expected.tokens, expected.text, expected.finish],
          what,
        );
        assert.equal(actual.alternatives.length, expected.alternatives.length);
        assert.ok(Math.abs(actual.score - expected.score) < TOLERANCE, what);
      };

      it('are answered as each is alone, whenever they come, go or are stopped', async () => {
        const expected: Generation[] = [];
        for (let index = 0; index < REQUESTS; index++) {
          const [answer] = await alone.generate([promptOf(index)], settingsOf(index));
          assert.ok(answer);
          expected.push(answer);
        }
        const choices = ['a', 'a dog', 'é'];
        const [prompt = promptOf(0)] = prompts;
        const score = await alone.score(prompt, choices, { normalise: 'none' });
        let most = 0;
        const ask = async (index: number) => {
          await turns((index * 7) % 40);
          const options = settingsOf(index);
          const stopped = index % 8 === 3;
          const controller = new AbortController();
          let text = '';
          let told = 0;
          const [answer] = await busy.generate([promptOf(index)], options, {
            signal: controller.signal,
            ...(options.beams === undefined && {
              onToken: (event) => {
                text += event.text;
                told += 1;
                most = Math.max(most, busy.usage().cachedTokens);
                if (stopped && told === 3) controller.abort();
              },
            }),
          });
          assert.ok(answer);
          if (options.beams === undefined) {
            assert.equal(text, answer.text, `stream ${index}`);
            assert.equal(told, answer.tokens.length);
          }
          if (answer.finish !== 'aborted') return assertSame(answer, expected[index], `request ${index}`);
          assert.ok(stopped);
          assert.deepEqual(answer.tokens, expected[index]?.tokens.slice(0, 3));
        };
        const requests = Array.from({ length: REQUESTS }, (_, index) => ask(index));
        const scored = busy.score(prompt, choices, { normalise: 'none' });
        await Promise.all(requests);
        for (const [index, each] of (await scored).entries())
          assert.ok(Math.abs(each.logLikelihood - (score[index]?.logLikelihood ?? Number.NaN)) < TOLERANCE);
        assert.equal(busy.usage().cachedTokens, 0, 'what was reserved is given back');
        assert.ok(most > 200 && most <= 700, `${most} tokens were planned`);
      });

      it('go on where one is refused, or cannot be answered', async () => {
        const options = { maxNewTokens: 8 } as const;
        const expected = await alone.generate([promptOf(0), promptOf(1)], options);
        const [first, second, ...refused] = await Promise.allSettled([
          busy.generate([promptOf(0)], options),
          busy.generate([promptOf(1)], options),
          busy.generate([promptOf(0)], { maxNewTokens: 150, beams: 9 }),
          busy.generate([{ text: 'x'.repeat(250), media: [] }], options),
          busy.generate([promptOf(0)], options, {
            onToken: () => {
              throw new Error('the listener broke');
            },
          }),
        ]);
        for (const [index, each] of [first, second].entries()) {
          assert.equal(each?.status, 'fulfilled');
          const [answer] = each.value;
          assert.ok(answer);
          assertSame(answer, expected[index], `request ${index}`);
        }
        const reasons = refused.map((each) =>
          each.status === 'rejected' ? String(each.reason) : 'answered',
        );
        assert.match(
          reasons[0] ?? '',
          /^UserError: The request needs room for \d+ tokens, \d+ of its prompt and 150 to be written for each of 9 beams, but 700 are planned for all requests together: shorten its prompt, ask for fewer new tokens, for fewer beams, or load the model with a larger 'cachedTokens'\.$/,
        );
        assert.match(reasons[1] ?? '', /more than the model's 256/);
        assert.match(reasons[2] ?? '', /the listener broke/);
        assert.equal(busy.usage().cachedTokens, 0);
      });
    });
  }
});
