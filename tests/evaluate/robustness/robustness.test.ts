import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONDITIONS } from '../../../runtime/evaluate/robustness/condition-registry.ts';
import { measureRobustness, type VariantOutcome } from '../../../runtime/evaluate/robustness/robustness.ts';
import { robustnessTable } from '../../../runtime/evaluate/robustness/robustness-table.ts';
import type { EvaluationTask } from '../../../runtime/evaluate/task.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import { flamingo } from '../../cli/run-cli.ts';
import { ROOT } from '../../frontend/author-folder.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';

const picture = (name: string) => join(ROOT, 'tests/images', name);
const PICTURES = ['cat.png', 'dog.jpg', 'bicycle.png', 'apple.webp', 'tulip.jpg', 'teapot-grey.png'].map(
  picture,
);

function taskOf(line: number): EvaluationTask {
  const at = (place: number) => PICTURES[(line + place) % PICTURES.length] ?? '';
  return {
    ...{ line, id: `${line}`, kind: line < 4 ? 'first' : 'second', choices: ['yes', 'no'], answers: ['yes'] },
    shots: ['yes', 'no'].map((answer, place) => ({ images: [at(place)], text: `Output: ${answer}` })),
    query: { images: [at(2)], text: 'Output:' },
  };
}

/** Outcomes that are made up: what a model would have to answer for a row of the table. */
function outcomesOf(
  condition: string | undefined,
  shots: number,
  made: readonly { readonly answer: string; readonly seed?: number; readonly believed?: number }[],
): readonly VariantOutcome[] {
  const found = CONDITIONS.find(({ name }) => name === condition);
  return made.map(({ seed = 0, ...rest }, index) => {
    const task = TASKS[index % TASKS.length] ?? assert.fail();
    return {
      ...rest,
      task,
      shots,
      seed,
      accuracy: rest.answer === 'yes' ? 1 : 0,
      ...(found && { condition: found }),
    };
  });
}
const TASKS = Array.from({ length: 20 }, (_, line) => ({ ...taskOf(line), kind: 'one' }));
const all = (answer: string, believed?: number) =>
  TASKS.map(() => ({ answer, ...(believed !== undefined && { believed }) }));

describe('robustness', () => {
  it('asks with every number of examples, and with the most of them changed in every way', async () => {
    const model = await loadFlamingo(await compiledModel());
    try {
      const tasks = [1, 2, 3, 4, 5].map(taskOf);
      const { outcomes, notChanged, failures } = await measureRobustness(model, tasks, { seeds: 2 });
      assert.deepEqual([notChanged, failures], [[], []]);
      assert.equal(outcomes.length, tasks.length * (3 + 2 * CONDITIONS.length));
      const table = robustnessTable(outcomes);
      assert.deepEqual(
        table.map(({ kind, shots, examples, tasks }) => `${kind} ${shots} ${examples} ${tasks}`),
        ['first 3', 'second 2'].flatMap((kind) => {
          const [name, count] = kind.split(' ');
          return [
            ...[0, 1, 2].map((shots) => `${name} ${shots} as given ${count}`),
            ...CONDITIONS.map((condition) => `${name} 2 ${condition.name} ${count}`).toSorted(),
          ];
        }),
      );
      // Of two choices the flipped one is right where the task's own is wrong.
      for (const { condition, accuracy, believed } of outcomes) {
        assert.equal(believed, condition?.name === 'flipped answers' ? 1 - accuracy : undefined);
      }
      const flipped =
        outcomes.find(({ condition }) => condition?.name === 'flipped answers') ?? assert.fail();
      const { shots, query } = flipped.task;
      const [first, second] = shots.map(({ images }) => ({ images }));
      const prompt = {
        shots: [
          { ...first, text: 'Output: no' },
          { ...second, text: 'Output: yes' },
        ],
        query,
      };
      const scores = await model.score(prompt, ['yes', 'no'], { normalise: 'none', endOfChunk: true });
      const [likeliest] = scores.toSorted((a, b) => b.score - a.score);
      assert.equal(flipped.answer, likeliest?.choice);
    } finally {
      await model.close();
    }
  });

  it('tells whether answers go by the examples or by memory, by a paired interval', () => {
    const given = outcomesOf(undefined, 2, all('yes'));
    const goesBy = (answer: string, believed: number) =>
      robustnessTable([...given, ...outcomesOf('flipped answers', 2, all(answer, believed))])[1];
    const follower = goesBy('no', 1);
    assert.deepEqual(follower?.believed, {
      ...{ tasks: 20, share: 1, interval: { low: 1, high: 1 }, goesBy: 'examples' },
    });
    assert.deepEqual(follower.change, { difference: -1, interval: { low: -1, high: -1 }, same: 0 });
    assert.equal(goesBy('yes', 0)?.believed?.goesBy, 'memory');
    const torn = TASKS.map((_, place) =>
      place % 2 === 0 ? { answer: 'yes', believed: 0 } : { answer: 'no', believed: 1 },
    );
    const rows = robustnessTable([...given, ...outcomesOf('flipped answers', 2, torn)]);
    assert.equal(rows[1]?.believed?.goesBy, 'neither');
    assert.equal(rows[1]?.accuracy, 0.5);
  });

  it('averages the draws of a task, and tells the lowest and the highest', () => {
    const draws = [0, 1].flatMap((seed) => TASKS.map(() => ({ answer: seed === 0 ? 'yes' : 'no', seed })));
    const [, row] = robustnessTable([
      ...outcomesOf(undefined, 2, all('yes')),
      ...outcomesOf('another order', 2, draws),
    ]);
    assert.deepEqual([row?.tasks, row?.draws, row?.accuracy, row?.draw], [20, 2, 0.5, { low: 0, high: 1 }]);
    // Every task has the same mean, so that nothing is left to chance but the draws.
    assert.deepEqual(row?.interval, { low: 0.5, high: 0.5 });
  });

  it('prints one table on the command line, and says which tasks it could not change', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'robustness-'));
    try {
      const file = join(folder, 'tasks.jsonl');
      const lines = [1, 2, 3].map((line) => {
        const { query, shots, ...rest } = taskOf(line);
        const examples = line === 3 ? [shots[0], { ...shots[1], text: 'Output:' }] : shots;
        return JSON.stringify({ ...rest, shots: examples, ...query });
      });
      await writeFile(file, lines.join('\n'));
      const answers = join(folder, 'answers.jsonl');
      const { code, stdout, stderr } = await flamingo(
        ...['evaluate', await compiledModel(), file, '--robustness', '--shots', '0,2', '--seeds', '1'],
        ...['--answers', answers],
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^kind +shots +examples +tasks +accuracy +95% .* as they say +goes by\n/);
      assert.match(stdout, /\nfirst +0 +as given +3 /);
      assert.match(stdout, /\nfirst +2 +flipped answers +2 .* (examples|memory|neither)\n/);
      assert.match(
        stderr,
        /flipped answers: 1 of 3 tasks of 'first' are left out \(the first, 3: example 2 has no answer/,
      );
      const written = (await readFile(answers, 'utf8')).trimEnd().split('\n');
      const of = (name: string) =>
        written.map((line) => JSON.parse(line)).filter(({ examples }) => examples === name).length;
      assert.deepEqual(['as given', 'another order', 'flipped answers', 'random answers'].map(of), [
        3 * 2,
        3,
        2,
        2,
      ]);
      const none = await flamingo('evaluate', await compiledModel(), '--benchmark', 'vqav2', '--robustness');
      assert.equal(none.code, 2);
      assert.match(none.stderr, /--robustness is for a file of tasks/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
