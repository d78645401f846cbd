import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { evaluate, type TaskOutcome } from '../../runtime/evaluate/evaluate.ts';
import type { EvaluationTask } from '../../runtime/evaluate/task.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import { flamingo, spawnFlamingo } from '../cli/run-cli.ts';
import { ROOT } from '../frontend/author-folder.ts';
import { compiledModel } from '../runtime/compiled-model.ts';

const picture = (name: string) => join(ROOT, 'tests/images', name);
const SHOTS = ['cat.png', 'dog.jpg', 'bicycle.png'].map((name) => ({
  images: [picture(name)],
  text: `Output: ${name}`,
}));

function task(line: number, query: string, more: Partial<EvaluationTask> = {}): EvaluationTask {
  const piece = { images: [picture(query)], text: 'Output:' };
  return { line, id: `${line}`, kind: 'name', shots: SHOTS, query: piece, answers: ['?'], ...more };
}

describe('evaluation', () => {
  let folder: string;
  let model: FlamingoModel;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
    model = await loadFlamingo(await compiledModel());
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes the likeliest choice after the first so many examples, its end counted in', async () => {
    const choices = ['cat', 'cat food', 'a dog'];
    const tasks = ['apple.webp', 'scene.jpg'].map((name, line) =>
      task(line, name, { choices, answers: ['a dog'] }),
    );
    const { outcomes, failures } = await evaluate(model, tasks, { shots: [0, 2] });
    assert.deepEqual(failures, []);
    assert.equal(outcomes.length, 4);
    for (const { task, shots, answer, accuracy, scores: told = [] } of outcomes) {
      const prompt = { shots: SHOTS.slice(0, shots), query: task.query };
      const scores = await model.score(prompt, choices, { normalise: 'none', endOfChunk: true });
      const [likeliest] = scores.toSorted((a, b) => b.logLikelihood - a.logLikelihood);
      assert.equal(answer, likeliest?.choice);
      assert.equal(accuracy, answer === 'a dog' ? 1 : 0);
      assert.equal(told.length, choices.length);
      for (const [place, { logLikelihood }] of scores.entries())
        assert.ok(Math.abs((told[place] ?? 0) - logLikelihood) < 1e-4, `${choices[place]}: ${told[place]}`);
    }
  });

  it('writes the answers that the model writes one by one, and compares them', async () => {
    const names = ['apple.webp', 'scene.jpg', 'cat.png'];
    const expected = await Promise.all(
      names.map((name) => model.generate({ shots: SHOTS, query: task(0, name).query }, { maxNewTokens: 5 })),
    );
    const right = expected[1]?.text ?? '';
    const tasks = names.map((name, line) => task(line, name, { answers: [` ${right.toUpperCase()} `] }));
    const told: (readonly TaskOutcome[])[] = [];
    const onAnswers = (answers: readonly TaskOutcome[]) => void told.push(answers);
    const { outcomes } = await evaluate(model, tasks, { batch: 2, maxNewTokens: 5, onAnswers });
    assert.deepEqual(
      told.map(({ length }) => length),
      [2, 1],
    );
    assert.deepEqual(new Set(told.flat()), new Set(outcomes));
    assert.deepEqual(
      outcomes.map(({ answer }) => answer),
      expected.map(({ text }) => text.trim()),
    );
    assert.equal(outcomes[1]?.accuracy, 1);
  });

  it('asks no task with more examples than it has', async () => {
    const tasks = [task(1, 'cat.png', { shots: SHOTS.slice(0, 1) }), task(2, 'cat.png')];
    const asked = async (shots?: number[]) =>
      (await evaluate(model, tasks, { ...(shots && { shots }), maxNewTokens: 1 })).outcomes.map(
        ({ task, shots }) => [task.line, shots],
      );
    assert.deepEqual(await asked([2, 1]), [
      [2, 2],
      [1, 1],
      [2, 1],
    ]);
    assert.deepEqual(await asked(), [
      [1, 1],
      [2, 3],
    ]);
  });

  it('loses no other task of a batch to one that fails', async () => {
    const damaged = join(folder, 'damaged.png');
    const whole = await readFile(picture('bicycle.png'));
    await writeFile(damaged, whole.subarray(0, whole.length / 2));
    const long = task(2, 'cat.png', { shots: Array(60).fill(SHOTS[0]) });
    const broken = task(3, 'cat.png', { query: { images: [damaged], text: 'Output:' } });
    const told: number[] = [];
    const { outcomes, failures } = await evaluate(
      model,
      [task(1, 'cat.png'), long, broken, task(4, 'dog.jpg', { choices: ['a', 'b'], answers: ['a'] })],
      { maxNewTokens: 3, onProgress: (done, total) => told.push(done, total) },
    );
    assert.deepEqual(outcomes.map(({ task }) => task.line).sort(), [1, 4]);
    assert.deepEqual(failures.map(({ task }) => task.line).sort(), [2, 3]);
    assert.match(failures.find(({ task }) => task.line === 3)?.error.message ?? '', /damaged\.png/);
    assert.deepEqual(told, [4, 4]);
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    await assert.rejects(evaluate(model, [task(1, 'cat.png')], { signal: controller.signal }), /stopped/);
  });

  describe('on the command line', () => {
    const lines = [
      {
        kind: 'closed',
        image: picture('cat.png'),
        shots: [{ image: picture('dog.jpg'), text: 'Output: b' }],
        text: 'Output:',
        choices: ['a', 'b'],
        answers: ['a'],
      },
      'broken',
      { kind: 'open', image: picture('dog.jpg'), shots: [], text: 'Output:', answers: ['no such answer'] },
    ];
    let tasks: string;
    before(async () => {
      tasks = join(folder, 'tasks.jsonl');
      await writeFile(
        tasks,
        lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
      );
    });
    const run = async (...words: string[]) => flamingo('evaluate', await compiledModel(), tasks, ...words);

    it('takes the rule of the pixels, and refuses one that there is not', async () => {
      assert.equal((await run('--shots', '0', '--max-new-tokens', '1', '--pixels', 'pillow')).code, 3);
      const { code, stderr } = await run('--pixels', 'pilow');
      assert.equal(code, 2);
      assert.match(stderr, /'pilow' is invalid.*shown, pillow/);
    });

    it('prints a table, and tells broken lines on stderr', async () => {
      const { code, stdout, stderr } = await run('--shots', '0,1', '--max-new-tokens', '2');
      assert.equal(code, 3);
      assert.match(stderr, /tasks\.jsonl line 2 is left out: it is not JSON/);
      assert.match(stderr, /1 of 2 tasks have fewer than 1 examples/);
      assert.match(stdout, /^kind +shots +tasks +accuracy +95% from +to +chance\n/);
      assert.match(stdout, /\nclosed +0 +1 +\d+\.0 % .* 50\.0 %\n/);
      assert.match(stdout, /\nopen +0 +1 +0\.0 % .* 0\.0 %\n$/);
    });

    it('prints JSON and writes the answers', async () => {
      const answers = join(folder, 'answers.jsonl');
      const { code, stdout } = await run('--json', '--max-new-tokens', '2', '--answers', answers);
      assert.equal(code, 3);
      const { results, problems } = JSON.parse(stdout);
      assert.deepEqual(Object.keys(results[0]), [
        'kind',
        'shots',
        'tasks',
        'accuracy',
        'low',
        'high',
        'chance',
      ]);
      assert.deepEqual(
        results.map(({ kind }: { kind: string }) => kind),
        ['closed', 'open'],
      );
      assert.deepEqual(
        problems.map(({ line }: { line: number }) => line),
        [2],
      );
      const written = (await readFile(answers, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.equal(written.length, 2);
      assert.equal(existsSync(`${answers}.partial`), false);
    });

    for (const how of [[], ['--robustness']]) {
      it(`leaves the answers that it has when it is interrupted ${how.join(' ')}`, async () => {
        const many = join(folder, 'many.jsonl');
        const line = { shots: [{ image: picture('cat.png'), text: 'Output: cat' }], ...(lines[2] as object) };
        const whole = Array.from({ length: 2000 }, (_, id) => JSON.stringify({ ...line, id }));
        await writeFile(many, whole.join('\n'));
        const answers = join(folder, `kept${how.length}.jsonl`);
        await writeFile(answers, 'of an earlier evaluation');
        const words = ['--batch', '1', '--max-new-tokens', '1', '--answers', answers, ...how];
        const running = spawnFlamingo('evaluate', await compiledModel(), many, ...words);
        const partial = () => readFile(`${answers}.partial`, 'utf8').catch(() => '');
        while (!(await partial()).includes('\n')) {
          assert.equal(running.process.exitCode, null);
          await sleep(10);
        }
        running.process.kill('SIGINT');
        const { code, stderr } = await running.result;
        assert.equal(code, 130);
        const kept = (await partial())
          .trimEnd()
          .split('\n')
          .map((text) => JSON.parse(text));
        assert.ok(kept.every(({ kind, accuracy }) => kind === 'open' && accuracy === 0));
        const sentence = `The answers so far, ${kept.length}, are in ${answers}.partial, one a line; the same command begins anew.`;
        assert.ok(stderr.includes(`${sentence}\nStopped.\n`), stderr);
        assert.equal(await readFile(answers, 'utf8'), 'of an earlier evaluation');
      });
    }

    it('says what is wrong with its options and files', async () => {
      assert.match((await run('--shots', '1,x')).stderr, /whole numbers with commas/);
      const nowhere = await run('--answers', join(folder, 'none', 'answers.jsonl'), '--max-new-tokens', '1');
      assert.equal(nowhere.code, 3);
      assert.match(
        nowhere.stderr,
        /answers\.jsonl cannot be written, as there is no folder .*none: make it first\.\n$/,
      );
      // Before anything is asked.
      assert.equal(nowhere.stdout, '');
      assert.doesNotMatch(nowhere.stderr, /line 2/);
      assert.match((await run('--answers', folder)).stderr, /is a folder, but a file was expected\.\n$/);
      const seeds = await run('--seeds', '2');
      assert.equal(seeds.code, 2);
      assert.match(seeds.stderr, /--seeds is for benchmarks and --robustness, and neither was given\./);
      const none = await flamingo('evaluate', await compiledModel(), join(folder, 'none.jsonl'));
      assert.equal(none.code, 3);
      assert.match(none.stderr, /none\.jsonl cannot be read/);
    });
  });
});
