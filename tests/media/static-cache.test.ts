import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../compiler/build-program.ts';
import { compile } from '../../compiler/compile.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { add, graph } from '../../models/index.ts';
import type { GenerateOptions } from '../../runtime/generate/options.ts';
import { promptAfter } from '../../runtime/prompt/examples.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { PROMPTS, TOKENIZER } from '../runtime/compiled-model.ts';
import { SMALL_FAMILIES } from './small-families.ts';
import { SMALL_MODELS, writeLivelyWeights } from './small-models.ts';

/** Float32 sums in another order differ in the last digits. */
const TOLERANCE = 1e-4;

/** Longer than a STEP of the cache that grows, shorter than the context. */
const LENGTH = 150;

const TEXTS: readonly Prompt[] = [
  { query: { text: 'Once' } },
  { shots: [{ text: 'two and two: four' }, { text: 'one: one' }], query: { text: 'ten:' } },
];

const SEARCHES: readonly GenerateOptions[] = [
  { maxNewTokens: 8 },
  { maxNewTokens: 6, beams: 3 },
  { maxNewTokens: 6, temperature: 1.5, seed: 3 },
];

for (const [name, make] of Object.entries({ ...SMALL_MODELS, ...SMALL_FAMILIES })) {
  // Recurrences alone have no keys and values.
  if (make().facts.language.layers === 0) continue;
  describe(`a static cache: ${name}`, () => {
    let folder: string;
    let growing: Engine;
    let fixed: Engine;
    const program = make();
    const { 'two examples': two, 'no example': none, 'no picture': text, 'a video': video } = PROMPTS;
    const isVideo = (program.facts.image?.maxFrames ?? 1) > 1;
    const pictured = [two, none, text, ...(isVideo ? [video] : [])].filter((each) => each !== undefined);
    const prompts = program.facts.image === undefined ? TEXTS : pictured;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'static-'));
      const weights = join(folder, 'weights.safetensors');
      await writeLivelyWeights(weights, program, 3);
      const made = { tokenizer: TOKENIZER, weights: [weights], copyWeights: true };
      const grown = join(folder, 'grown');
      const kept = join(folder, 'kept');
      await compile(program, { ...made, out: grown });
      await compile(program, { ...made, out: kept, staticCache: LENGTH });
      const options = { verify: true, imageMemory: 2 ** 24, threads: 1 };
      growing = await Engine.open({ ...options, directory: grown });
      // Prompts are longer than a chunk, and there is memory for a few rows only.
      fixed = await Engine.open({
        ...options,
        ...{ directory: kept, prefillChunk: 11, cachedTokens: 5 * LENGTH },
      });
    });
    after(async () => {
      await growing.close();
      await fixed.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('gives the answers of one that grows, at once and whatever the search, and the same scores', async () => {
      assert.equal(fixed.manifest.language.cacheLength, LENGTH);
      const asked = SEARCHES.flatMap((options) => prompts.map((prompt) => ({ options, prompt })));
      const answers = await Promise.all(
        asked.map(({ prompt, options }) => fixed.generate([prompt], options)),
      );
      for (const [index, { prompt, options }] of asked.entries()) {
        const [expected] = await growing.generate([prompt], options);
        const [answer] = answers[index] ?? [];
        assert.ok(answer && expected);
        const what = JSON.stringify([prompt, options]);
        assert.deepEqual(answer.tokens, expected.tokens, what);
        assert.equal(answer.finish, expected.finish);
        for (const [place, score] of answer.scores.entries())
          assert.ok(Math.abs(score - (expected.scores[place] ?? Number.NaN)) < TOLERANCE, what);
        assert.deepEqual(
          answer.alternatives.map(({ tokens }) => tokens),
          expected.alternatives.map(({ tokens }) => tokens),
        );
      }
      for (const prompt of prompts) {
        // More tokens in all than the cache has places left.
        const choices = ['a', 'a dog', 'é', 'b'.repeat(40), 'c'.repeat(40), 'd'.repeat(40)];
        const scored = await fixed.score(prompt, choices, { normalise: 'none' });
        const expected = await growing.score(prompt, choices, { normalise: 'none' });
        for (const [index, { logLikelihood }] of scored.entries()) {
          const difference = Math.abs(logLikelihood - (expected[index]?.logLikelihood ?? Number.NaN));
          assert.ok(difference < 20 * TOLERANCE, `${choices[index]}: ${difference}`);
        }
      }
      assert.equal(fixed.usage().cachedTokens, 0);
    });

    it('goes on from a prepared task', async () => {
      const examples = { shots: [{ text: 'Output:one' }, { text: 'Output:two' }] };
      const { task } = await fixed.tasks.prepare(examples);
      const questions = [{ text: 'Output:' }, { text: 'What comes then? Output:' }];
      const answers = await Promise.all(
        questions.map((question) => fixed.generate([{ task, question }], { maxNewTokens: 5 })),
      );
      // Recurrences' states are kept in no file.
      const isSaved = fixed.manifest.language.states === undefined;
      const path = join(folder, 'a.task');
      if (isSaved) await fixed.tasks.save(task, path);
      const loaded = isSaved ? (await fixed.tasks.load(path)).task : task;
      for (const [index, question] of questions.entries()) {
        const [expected] = await growing.generate([promptAfter(examples, question)], { maxNewTokens: 5 });
        assert.deepEqual(answers[index]?.[0]?.tokens, expected?.tokens);
        const [again] = await fixed.generate([{ task: loaded, question }], { maxNewTokens: 5 });
        assert.deepEqual(again?.tokens, expected?.tokens, 'from a file');
      }
      fixed.tasks.close(task);
    });

    it('shares the beginnings of prompts, and answers a batch of different lengths', async () => {
      const shots = [{ text: 'Output:one' }, { text: 'Output:two' }];
      const asked = ['Output:', 'And then? Output:', 'Output:'].map((text) => ({ shots, query: { text } }));
      await fixed.generate(asked.slice(0, 2), { maxNewTokens: 2 }, { batchSize: 1 });
      const before = fixed.usage().reusedTokens;
      const answers = await fixed.generate(asked, { maxNewTokens: 7 }, { batchSize: 3 });
      const expected = await growing.generate(asked, { maxNewTokens: 7 }, { batchSize: 3 });
      assert.deepEqual(
        answers.map(({ tokens }) => tokens),
        expected.map(({ tokens }) => tokens),
      );
      if (fixed.manifest.language.states === undefined && fixed.way.inPieces === true)
        assert.ok(fixed.usage().reusedTokens > before, 'nothing was shared');
    });
  });
}

describe('a static cache', () => {
  let folder: string;
  const { 'a language model alone': make } = SMALL_MODELS;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'static-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('holds a prompt with its answer to the last place, and refuses a longer one', async () => {
    assert.ok(make);
    const out = join(folder, 'small');
    await compile(make(), { out, tokenizer: TOKENIZER, staticCache: 16 });
    const options = { directory: out, verify: true, imageMemory: 0, threads: 1 };
    await using engine = await Engine.open(options);
    const prompt = { text: '012345678', media: [] };
    const [answer] = await engine.generate([prompt], { maxNewTokens: 6 });
    assert.ok(answer && answer.tokens.length > 0);
    await assert.rejects(
      engine.generate([prompt], { maxNewTokens: 7 }),
      /^UserError: The prompt has 10 tokens and 7 are to be written, 1 more than the 16 of the static cache that it was compiled with: shorten its text or ask for fewer new tokens, or compile the model with a static cache of up to 256 tokens\.$/,
    );
    await assert.rejects(
      engine.score(prompt, ['12345678'], { normalise: 'none' }),
      /the 16 of the static cache/,
    );
    await using little = await Engine.open({ ...options, cachedTokens: 40 });
    await assert.rejects(
      little.generate([prompt], { maxNewTokens: 2, beams: 3 }),
      /needs room for 48 tokens, 16 in the static cache for each of 3 beams, but 40 are planned for all requests together: ask for fewer beams, or load the model with a larger 'cachedTokens'\.$/,
    );
  });

  it('is made for a target that asks for one, and refused where nothing is read', () => {
    assert.ok(make);
    const cpu = targetOf('cpu');
    const target = { ...cpu, name: 'fixed', capabilities: { ...cpu.capabilities, staticCache: true } };
    assert.equal(buildProgram(make(), { target }).facts.language?.cacheLength, 256);
    assert.equal(buildProgram(make(), { target, staticCache: 9 }).facts.language?.cacheLength, 9);
    assert.equal(buildProgram(make()).facts.language?.cacheLength, undefined);
    const added = graph({
      name: 'added',
      inputs: { x: { dtype: 'float32', shape: ['past'] } },
      outputs: ({ x }) => ({ y: add(x, 1) }),
    });
    assert.equal(buildProgram(added, { target }).facts.language, undefined);
    assert.throws(
      () => buildProgram(added, { staticCache: 9 }),
      /program 'added' reads no text: leave it out/,
    );
    assert.throws(
      () => buildProgram(make(), { staticCache: 1.5 }),
      /length of 1\.5 but a whole number from 1/,
    );
  });
});
