import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCaseFile } from '../../../cli/verify/golden/case-file.ts';
import { readExpected } from '../../../cli/verify/golden/expected-file.ts';
import { openFlamingoModel } from '../../../compiler/checkpoints/open-flamingo.ts';
import { compile } from '../../../compiler/compile.ts';
import { compareWithReference } from '../../../runtime/golden/compare-with-reference.ts';
import { difference, largestDifference } from '../../../runtime/golden/difference.ts';
import type { GoldenReference } from '../../../runtime/golden/golden-reference.ts';
import { Engine } from '../../../runtime/worker/engine.ts';

const CASE = 'tests/references/whole/llama-tied';

describe('comparing a model with its golden reference', () => {
  let folder: string;
  let engine: Engine;
  let reference: GoldenReference;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'golden-'));
    const { outputs } = await readCaseFile(CASE);
    assert.ok(outputs);
    reference = await readExpected(CASE, outputs);
    const { program, tokenizer, weights } = await openFlamingoModel({
      checkpoint: join(CASE, 'checkpoint.pt'),
      vision: join(CASE, 'vision'),
      language: join(CASE, 'language'),
    });
    const directory = join(folder, 'artifact');
    await compile(program, { out: directory, source: 'checkpoint.pt', tokenizer, weights });
    engine = await Engine.open({ directory, verify: true, imageMemory: 0, threads: 1 });
  });
  after(async () => {
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  const problemsOf = async (changes: Partial<GoldenReference>): Promise<readonly string[]> =>
    (await compareWithReference(engine, { ...reference, ...changes }, { tolerance: 1e-4 })).problems;

  it('finds nothing where there is nothing, and says what it compared', async () => {
    const { problems, largestError, greedyTokens, beams } = await compareWithReference(engine, reference, {
      tolerance: 1e-4,
    });
    assert.deepEqual(problems, []);
    assert.ok(largestError !== undefined && largestError > 0 && largestError < 1e-5, `${largestError}`);
    assert.deepEqual([greedyTokens, beams], [48, 6]);
  });

  it('finds one log-probability that is off: of a prompt, of its last place in a batch, of a step', async () => {
    for (const [place, where] of [
      [1, /prompt 1 alone, place 1, token 7/],
      [5, /prompt 1 (alone, place 5|in a padded batch), token 7/],
      [7, /step 1 of prompt 1, token 7/],
    ] as const) {
      const prompts = reference.prompts.map((prompt, row) => ({
        ...prompt,
        logProbabilities: prompt.logProbabilities.map((values, at) =>
          row === 1 && at === place ? values.with(7, (values[7] ?? 0) - 0.1) : values,
        ),
      }));
      const [problem = '', ...others] = await problemsOf({ prompts });
      assert.match(problem, /^log-probabilities differ by 1\.00e-1, where/);
      assert.match(problem, where);
      assert.deepEqual(others, []);
    }
  });

  it('finds a picture that another prompt sees', async () => {
    const prompts = reference.prompts.map((prompt, row) =>
      row === 1 ? { ...prompt, pictures: [0] } : prompt,
    );
    assert.match((await problemsOf({ prompts })).join('\n'), /log-probabilities differ .* prompt 1/);
  });

  it('finds a greedy token, a beam and a score that are others', async () => {
    const greedy = reference.greedy?.map((row, index) =>
      index === 2 ? row.with(3, (row[3] ?? 0) ^ 1) : row,
    );
    assert.ok(greedy);
    const found = await problemsOf({ greedy });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /^the greedy answer to prompt 2 in a batch is .* instead of/);
    assert.match(found[1] ?? '', /^the greedy answer to prompt 2 alone is/);
    const [first, ...rest] = reference.beams;
    assert.ok(first);
    const [best, ...others] = first.answers;
    assert.ok(best);
    const withBest = (changed: typeof best) => ({
      beams: [{ ...first, answers: [changed, ...others] }, ...rest],
    });
    const other = await problemsOf(
      withBest({ ...best, tokens: best.tokens.with(0, (best.tokens[0] ?? 0) ^ 1) }),
    );
    assert.match(
      other.join('\n'),
      /^beam 0 of prompt 0 is [\d ]+ \(-?[\d.]+\) instead of [\d ]+ \(-?[\d.]+\)$/,
    );
    const score = await problemsOf(withBest({ ...best, score: best.score - 0.1 }));
    assert.match(score.join('\n'), /^the score of beam 0 of prompt 0 is \S+ instead of \S+$/);
  });

  it('says of what does not fit why it cannot be compared', async () => {
    assert.deepEqual(await problemsOf({ special: { image: 41, padding: 3 } }), [
      'the special token padding is 42 instead of 3',
    ]);
    const [prompt, ...rest] = reference.prompts;
    assert.ok(prompt);
    const withPrompt = (changed: Partial<typeof prompt>) => ({
      prompts: [{ ...prompt, ...changed }, ...rest],
    });
    assert.match(
      (await problemsOf(withPrompt({ pictures: [0] }))).join(),
      /prompt 0 has 2 image tokens \(41\) for 1 pictures/,
    );
    assert.match(
      (await problemsOf(withPrompt({ tokens: [41, 41, 99] }))).join(),
      /prompt 0 has the token 99, but the model has 43/,
    );
    assert.match(
      (await problemsOf(withPrompt({ tokens: [...prompt.tokens, ...new Array<number>(60).fill(1)] }))).join(),
      /prompt 0 takes 68 tokens and up to 11 more, but the model's context has 64/,
    );
    assert.match(
      (await problemsOf({ pictures: [new Float32Array(3)] })).join(),
      /picture 0 has 3 values, but the model takes 588/,
    );
    const narrow = prompt.logProbabilities.map((values) => values.subarray(1));
    assert.match(
      (await problemsOf(withPrompt({ logProbabilities: narrow }))).join(),
      /42 log-probabilities a place for prompt 0, but the model 43/,
    );
  });

  it('takes what is not a number for the largest difference', () => {
    const odd = difference([1, Number.NaN, 9], [1, 2, 3], 'here');
    assert.deepEqual([odd.index, odd.error], [1, Number.NaN]);
    const fine = difference([1, 2], [1, 2.5], 'there');
    assert.deepEqual([fine.index, fine.error, fine.largestExpected], [1, 0.5, 2.5]);
    assert.equal(largestDifference([fine, odd, fine])?.where, 'here');
    assert.equal(largestDifference([odd, fine])?.largestExpected, 3);
    assert.equal(largestDifference([]), undefined);
    assert.ok(Number.isNaN(difference([1], [1, 2], 'short').error));
  });
});
