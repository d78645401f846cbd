import assert from 'node:assert/strict';
import type { PreparedPrompt } from '../../runtime/generate/language-model.ts';
import type { GenerateOptions } from '../../runtime/generate/options.ts';
import { orderings } from '../../runtime/prompt/orderings.ts';
import type { FewShotPrompt, Prompt } from '../../runtime/prompt/prompt.ts';
import { scoreCandidates } from '../../runtime/score.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import type { Generation } from '../../runtime/worker/protocol.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compiledModel, PROMPTS, picture } from './compiled-model.ts';

/** Float32 sums in another order differ in the last digits. */
const TOLERANCE = 1e-4;

const close = (actual: number | undefined, expected: number | undefined, what: string) =>
  assert.ok(
    Math.abs((actual ?? NaN) - (expected ?? NaN)) <= TOLERANCE,
    `${what}: ${actual} instead of ${expected}`,
  );

describe('generating and scoring with a compiled model', () => {
  let engine: Engine;
  const twoShots = PROMPTS['two examples'] as FewShotPrompt;

  before(async () => {
    engine = await Engine.open({
      directory: await compiledModel(),
      verify: true,
      imageMemory: 2 ** 24,
      threads: 1,
    });
  });
  after(() => engine.close());

  /** Log-probabilities after a prompt and some tokens, everything read at once without a cache. */
  async function recompute(prompt: PreparedPrompt, tokens: readonly number[]): Promise<Float64Array> {
    const whole = { ...prompt, tokens: [...prompt.tokens, ...tokens] };
    const { next, text } = await engine.language.prefill([whole], 0);
    text.release();
    assert.ok(next[0]);
    return next[0];
  }

  const generate = async (prompt: Prompt, options: GenerateOptions) => {
    const [answer] = await engine.generate([prompt], options);
    assert.ok(answer);
    return answer;
  };

  const refuses = async (promise: Promise<unknown>, sentence: RegExp) =>
    assert.rejects(promise, oneSentence(sentence));

  for (const [name, prompt] of Object.entries(PROMPTS)) {
    it(`decodes with the cache what it computes without (${name})`, async () => {
      const prepared = await engine.prepare(prompt, 12);
      const { tokens, scores } = await generate(prompt, { maxNewTokens: 12 });
      for (const [place, token] of tokens.entries()) {
        const all = await recompute(prepared, tokens.slice(0, place));
        close(scores[place], all[token], `log-probability of token ${place}`);
        const { image, padding } = engine.tokenizer.special;
        const best = Math.max(...all.filter((_, other) => other !== image && other !== padding));
        close(all[token], best, `token ${place} is the likeliest`);
      }
    });

    it(`scores choices as a full pass does (${name})`, async () => {
      const prepared = await engine.prepare(prompt, 12);
      const choices = ['a', 'a dog', 'bicycle', 'é', 'two'];
      const scored = await engine.score(prompt, choices, { normalise: 'none' });
      for (const [index, choice] of choices.entries()) {
        const tokens = engine.tokenizer.encode(choice);
        let expected = 0;
        for (const [place, token] of tokens.entries()) {
          expected += (await recompute(prepared, tokens.slice(0, place)))[token] ?? NaN;
        }
        close(scored[index]?.logLikelihood, expected, choice);
        assert.equal(scored[index]?.tokens, tokens.length);
      }
    });
  }

  it('looks at its pictures', async () => {
    const other = { ...twoShots, query: { image: picture('teapot-grey.png'), text: 'Output:' } };
    const shots = [
      { image: picture('apple.webp'), text: 'Output:a dog' },
      ...(twoShots.shots ?? []).slice(1),
    ];
    const score = async (prompt: Prompt): Promise<number> =>
      (await engine.score(prompt, ['xyz'], { normalise: 'none' }))[0]?.score ?? NaN;
    const expected: number = await score(twoShots);
    assert.ok(Math.abs((await score(other)) - expected) > 10 * TOLERANCE, "the query's picture");
    assert.ok(
      Math.abs((await score({ ...twoShots, shots })) - expected) > 10 * TOLERANCE,
      "an example's picture",
    );
  });

  const ways: Record<string, GenerateOptions> = {
    greedy: { maxNewTokens: 10 },
    'three beams': { maxNewTokens: 8, beams: 3 },
    'beams with a length penalty': { maxNewTokens: 8, beams: 4, lengthPenalty: 1 },
    sampling: { maxNewTokens: 10, temperature: 1.5, topK: 50, topP: 0.95, seed: 11 },
  };
  for (const [name, options] of Object.entries(ways)) {
    it(`answers a batch as it answers one prompt at a time (${name})`, async () => {
      const prompts = Object.values(PROMPTS);
      const single: Generation[] = [];
      for (const prompt of prompts) single.push(await generate(prompt, options));
      for (const batchSize of [3, 7]) {
        const batch = await engine.generate(prompts, options, { batchSize });
        for (const [index, answer] of batch.entries()) {
          const expected: Generation | undefined = single[index];
          assert.deepEqual(answer.tokens, expected?.tokens);
          assert.deepEqual([answer.text, answer.finish], [expected?.text, expected?.finish]);
          assert.equal(answer.alternatives.length, expected?.alternatives.length);
          close(answer.score, expected?.score, 'score');
        }
      }
    });
  }

  it('gives beams whose scores are those of their tokens, better than or equal to greedy', async () => {
    const greedy = await generate(twoShots, { maxNewTokens: 6 });
    const best = await generate(twoShots, { maxNewTokens: 6, beams: 8 });
    const prepared = await engine.prepare(twoShots, 6);
    assert.ok(best.score >= greedy.score - TOLERANCE);
    for (const answer of [best, ...best.alternatives]) {
      let sum = 0;
      for (const [place, token] of answer.tokens.entries()) {
        sum += (await recompute(prepared, answer.tokens.slice(0, place)))[token] ?? NaN;
      }
      close(answer.score, sum, 'score');
    }
  });

  it('gives the same sample for the same seed and another for another', async () => {
    const sample = async (seed: number) =>
      (await generate(twoShots, { maxNewTokens: 15, temperature: 2, seed })).tokens;
    assert.deepEqual(await sample(1), await sample(1));
    assert.notDeepEqual(await sample(1), await sample(2));
  });

  it('ends at the end-of-chunk or end token', async () => {
    const { endOfChunk, end } = engine.tokenizer.special;
    for (let seed = 0; ; seed++) {
      assert.ok(seed < 200, 'no sample came to an end');
      const { tokens, finish, scores } = await generate(twoShots, { maxNewTokens: 30, temperature: 8, seed });
      assert.equal(scores.length, tokens.length);
      const last = tokens.at(-1);
      assert.equal(finish === 'end-of-chunk', last === endOfChunk || last === end);
      if (finish === 'end-of-chunk') break;
      assert.deepEqual([finish, tokens.length], ['length', 30]);
    }
  });

  it('ends before a stop text and tells every piece of the text', async () => {
    const whole = await generate(twoShots, { maxNewTokens: 12, temperature: 3, seed: 5 });
    const stop = whole.text.slice(3, 5);
    const pieces: string[] = [];
    const options = { maxNewTokens: 12, temperature: 3, seed: 5, stop: [stop] };
    const [stopped] = await engine.generate([twoShots], options, {
      onToken: ({ text }) => pieces.push(text),
    });
    assert.equal(stopped?.finish, 'stop');
    assert.equal(stopped.text, whole.text.slice(0, whole.text.indexOf(stop)));
    assert.equal(pieces.join(''), stopped.text);
  });

  it('scores the white space that a prompt ends with as the beginning of each choice', async () => {
    const score = (text: string, choices: readonly string[]) =>
      engine.score({ query: { text } }, choices, { normalise: 'tokens' });
    const inPrompt = await score('A cat? Answer: ', ['yes', 'no']);
    const inChoices = await score('A cat? Answer:', [' yes', ' no']);
    for (const [index, { logLikelihood, tokens, score: mean }] of inPrompt.entries()) {
      assert.ok(logLikelihood < 0, `${logLikelihood}`);
      close(logLikelihood, inChoices[index]?.logLikelihood, 'log-likelihood');
      close(mean, inChoices[index]?.score, 'by token');
      assert.equal(tokens, inChoices[index]?.tokens);
    }
  });

  it('scores many choices as it scores each alone', async () => {
    const choices = Array.from({ length: 40 }, (_, index) => 'abcdefg'.slice(0, 1 + (index % 7)) + index);
    const together = await engine.score(twoShots, choices, { normalise: 'tokens' });
    for (const [index, choice] of choices.entries()) {
      const [alone] = await engine.score(twoShots, [choice], { normalise: 'tokens' });
      close(together[index]?.logLikelihood, alone?.logLikelihood, choice);
      assert.equal(alone?.probability, 1);
    }
    close(
      together.reduce((sum, { probability }) => sum + probability, 0),
      1,
      'sum of probabilities',
    );
    const prepared = await engine.prepare(twoShots, 12);
    const tokens = choices.map((choice) => engine.tokenizer.encode(choice));
    const few = await scoreCandidates(engine.language, prepared, tokens, { atOnce: 3 });
    for (const [index, scores] of few.entries()) {
      close(
        scores.reduce((sum, value) => sum + value, 0),
        together[index]?.logLikelihood,
        'in groups of three',
      );
    }
  });

  it('normalises by tokens or bytes, as asked for', async () => {
    const choices = ['é', 'dog'];
    const none = await engine.score(twoShots, choices, { normalise: 'none' });
    const bytes = await engine.score(twoShots, choices, { normalise: 'bytes' });
    const ended = await engine.score(twoShots, choices, { normalise: 'tokens', endOfChunk: true });
    for (const [index, length] of [2, 3].entries()) {
      assert.equal(none[index]?.score, none[index]?.logLikelihood);
      close(bytes[index]?.score, (none[index]?.logLikelihood ?? NaN) / length, 'per byte');
      assert.equal(ended[index]?.tokens, length + 1);
      assert.ok((ended[index]?.logLikelihood ?? NaN) < (none[index]?.logLikelihood ?? NaN));
    }
  });

  it('averages an ensemble over the orders of the examples', async () => {
    const choices = ['a cat', 'no'];
    const ensemble = await engine.scoreEnsemble(twoShots, choices, { normalise: 'none', orders: 6, seed: 4 });
    const orders = orderings(twoShots.shots ?? [], 6, 4);
    assert.equal(orders.length, 2);
    const each = await Promise.all(
      orders.map((shots) => engine.score({ ...twoShots, shots }, choices, { normalise: 'none' })),
    );
    assert.ok(
      Math.abs((each[0]?.[0]?.score ?? NaN) - (each[1]?.[0]?.score ?? NaN)) > 1e-3,
      'the order matters',
    );
    for (const index of choices.keys()) {
      const mean = each.reduce((sum, scores) => sum + (scores[index]?.logLikelihood ?? NaN), 0) / each.length;
      close(ensemble[index]?.logLikelihood, mean, 'mean');
    }
  });

  it('encodes each picture once while there is room, and the same without room', async () => {
    const directory = await compiledModel();
    const options = { directory, verify: false, threads: 1 };
    await using keeping = await Engine.open({ ...options, imageMemory: 2 ** 24 });
    await using forgetting = await Engine.open({ ...options, imageMemory: 0 });
    const results = [];
    for (const model of [keeping, forgetting]) {
      await model.generate([twoShots], { maxNewTokens: 2 });
      results.push(
        await model.generate([twoShots, PROMPTS['pictures in a row'] ?? twoShots], { maxNewTokens: 4 }),
      );
    }
    assert.deepEqual(keeping.usage().encoded, 3);
    assert.ok(keeping.usage().hits >= 6 && keeping.usage().bytes > 0);
    // Prompts that are prepared at the same time share a picture all the same.
    assert.ok(forgetting.usage().encoded > 5, `${forgetting.usage().encoded} were encoded`);
    assert.equal(forgetting.usage().images, 0);
    assert.deepEqual(
      results[0]?.map(({ tokens }) => tokens),
      results[1]?.map(({ tokens }) => tokens),
    );
  });

  it('stays within the room that it has for pictures', async () => {
    const names = ['dog.jpg', 'cat.png', 'bicycle.png', 'apple.webp', 'tulip.jpg'];
    const first = await engine.encodeImages([{ kind: 'image', source: picture('dog.jpg') }]);
    assert.deepEqual(first[0]?.shape, [4, 32]);
    const { bytes, images } = engine.usage();
    const room = Math.ceil((2.5 * bytes) / images);
    await using model = await Engine.open({
      directory: await compiledModel(),
      verify: false,
      imageMemory: room,
      threads: 1,
    });
    for (const name of names) await model.encodeImages([{ kind: 'image', source: picture(name) }]);
    assert.equal(model.usage().images, 2);
    assert.ok(model.usage().bytes <= room);
    const again = await model.encodeImages([{ kind: 'image', source: picture('dog.jpg') }]);
    assert.deepEqual(again[0]?.latents, first[0]?.latents);
  });

  it('returns what it has when it is aborted', async () => {
    const controller = new AbortController();
    let told = 0;
    const onToken = () => {
      told += 1;
      if (told === 4) controller.abort();
    };
    const [answer] = await engine.generate(
      [twoShots],
      { maxNewTokens: 100 },
      { signal: controller.signal, onToken },
    );
    assert.deepEqual([answer?.finish, answer?.tokens.length, told], ['aborted', 4, 4]);
    const [nothing] = await engine.generate([twoShots], {}, { signal: AbortSignal.abort() });
    assert.deepEqual([nothing?.finish, nothing?.text, nothing?.tokens], ['aborted', '', []]);
    await assert.rejects(
      engine.score(twoShots, ['a'], { normalise: 'none' }, { signal: AbortSignal.abort() }),
      {
        name: 'AbortError',
      },
    );
  });

  it('refuses what it cannot do, in a sentence', async () => {
    const long = { query: { text: 'x'.repeat(250) } };
    await refuses(
      generate(long, {}),
      /The prompt has 251 tokens and 20 are to be written, 15 more than the model's 256/,
    );
    await refuses(engine.score(long, ['abcdefg'], { normalise: 'none' }), /2 more than the model's 256/);
    await refuses(
      generate(twoShots, { maxNewTokens: 0 }),
      /'maxNewTokens' of the options of generation is 0 but a number of at least 1 is expected/,
    );
    await refuses(
      generate(twoShots, { topP: 1.5 }),
      /'topP' of the options of generation is 1\.5 but a number of at most 1 is expected/,
    );
    await refuses(
      generate(twoShots, { temperature: 0 }),
      /'temperature' of the options of generation is 0 but a number above 0 is expected/,
    );
    await refuses(
      generate(twoShots, JSON.parse('{"beams": 3, "seed": 1}')),
      /'beams' and 'seed' were given together/,
    );
    await refuses(
      generate(twoShots, JSON.parse('{"lengthPenalty": 1}')),
      /'lengthPenalty' was given without beams/,
    );
    await refuses(generate(twoShots, JSON.parse('{"beems": 3}')), /beems/);
    await refuses(
      engine.generate([twoShots], { beams: 2 }, { onToken: () => {} }),
      /beam search knows its answer only at the end/,
    );
    await refuses(engine.generate([twoShots], {}, { batchSize: 0 }), /batch size is 0/);
    await refuses(engine.score(twoShots, [], { normalise: 'none' }), /no choices/);
    await refuses(engine.score(twoShots, [''], { normalise: 'none' }), /choice is empty/);
    await refuses(
      engine.score(twoShots, ['<image>'], { normalise: 'none' }),
      /A choice, '<image>', has what the tokenizer reads as the special token '<image>'/,
    );
    await refuses(engine.score(twoShots, ['a'], JSON.parse('{}')), /'none', 'tokens' or 'bytes' is expected/);
    await refuses(engine.scoreEnsemble(twoShots, ['a'], { normalise: 'none', orders: 0 }), /orders 0/);
    await refuses(generate({ query: { image: 'nowhere.png' } }, {}), /'nowhere.png' does not exist/);
  });
});
