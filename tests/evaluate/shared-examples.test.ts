import assert from 'node:assert/strict';
import { evaluate } from '../../runtime/evaluate/evaluate.ts';
import { parseTask } from '../../runtime/evaluate/task.ts';
import { loadFlamingo } from '../../runtime/index.ts';
import { compiledModel, picture } from '../runtime/compiled-model.ts';

const [dog, cat, bicycle, teapot] = ['dog.jpg', 'cat.png', 'bicycle.png', 'teapot-grey.png'].map(picture);

const EXAMPLES = [
  [
    { image: dog, text: 'Output:a dog' },
    { image: bicycle, text: 'Output:two wheels' },
    { image: teapot, text: 'Output:a pot' },
  ],
  [
    { image: cat, text: 'Output:a cat' },
    { image: dog, text: 'Output:four legs' },
    { image: bicycle, text: 'Output:no legs' },
  ],
];

/** Tasks that take turns in their examples. */
const TASKS = Array.from({ length: 12 }, (_, index) => {
  const image = [dog, cat, bicycle, teapot][index % 4];
  const choices = index % 3 === 0 ? { choices: ['a dog', 'a cat'] } : {};
  const task = { shots: EXAMPLES[index % 2], image, text: 'Output:', answers: ['a dog'], ...choices };
  return parseTask(JSON.stringify(task), index + 1, (path) => path).task;
});

describe('tasks that share their examples', () => {
  it('have them read once, and are answered and told in the same order as without', async () => {
    const directory = await compiledModel();
    await using keeping = await loadFlamingo(directory, { threads: 1, prefillChunk: 64 });
    await using forgetful = await loadFlamingo(directory, { threads: 1, prefillChunk: 64, keptTokens: 0 });
    const options = { shots: [3, 2], maxNewTokens: 4, batch: 5 };
    const run = await evaluate(keeping, TASKS, options);
    const other = await evaluate(forgetful, TASKS, options);
    const { outcomes, ...figures } = run;
    const { outcomes: otherOutcomes, ...otherFigures } = other;
    assert.deepEqual(figures, otherFigures);
    assert.equal(outcomes.length, otherOutcomes.length);
    for (const [place, { scores = [], ...outcome }] of outcomes.entries()) {
      const { scores: others = [], ...expected } = otherOutcomes[place] ?? {};
      assert.deepEqual(outcome, expected);
      assert.equal(scores.length, others.length);
      // Float32 sums in another order differ in the last digits.
      for (const [choice, score] of scores.entries())
        assert.ok(Math.abs(score - (others[choice] ?? Number.NaN)) < 1e-4);
    }
    assert.deepEqual(
      run.outcomes.map(({ shots, task }) => [shots, task.line]),
      [3, 2].flatMap((shots) => TASKS.map(({ line }) => [shots, line])),
    );
    const { reusedTokens } = await keeping.usage();
    // Of each number and each list of examples all but the first few are not read again.
    const examples = 3 * 'iOutput:a doge'.length;
    assert.ok(reusedTokens > 2 * 6 * examples, `${reusedTokens} tokens were not read again`);
    assert.equal((await forgetful.usage()).reusedTokens, 0);
  });

  it('share them in each of their orders', async () => {
    const directory = await compiledModel();
    await using keeping = await loadFlamingo(directory, { threads: 1 });
    await using forgetful = await loadFlamingo(directory, { threads: 1, keptTokens: 0 });
    const [shots = []] = EXAMPLES;
    const counts: number[] = [];
    for (const image of [cat, dog, bicycle, teapot]) {
      const prompt = {
        shots: shots.map((shot) => ({ ...shot, image: shot.image ?? '' })),
        query: { image: image ?? '', text: 'Output:' },
      };
      const ask = (model: typeof keeping) =>
        model.scoreEnsemble(prompt, ['a dog', 'a cat'], { normalise: 'none', orders: 4 });
      const [found, expected] = [await ask(keeping), await ask(forgetful)];
      for (const [index, { logLikelihood }] of expected.entries())
        assert.ok(Math.abs(logLikelihood - (found[index]?.logLikelihood ?? Number.NaN)) < 1e-4);
      counts.push((await keeping.usage()).reusedTokens);
    }
    const [, second = 0, third = 0, fourth = 0] = counts;
    const tokens = 3 * 'iOutput:a doge'.length;
    assert.ok(
      third - second > 4 * tokens && fourth - third > 4 * tokens,
      `${counts} tokens were not read again`,
    );
  });
});
