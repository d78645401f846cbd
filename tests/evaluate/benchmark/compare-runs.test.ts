import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRuns } from '../../../runtime/evaluate/benchmark/run/compare-runs.ts';
import { type LoadedRun, loadRun } from '../../../runtime/evaluate/benchmark/run/load-run.ts';
import { outcomeKey } from '../../../runtime/evaluate/benchmark/run/outcome.ts';
import { runBenchmark } from '../../../runtime/evaluate/benchmark/run-benchmark.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import { flamingo } from '../../cli/run-cli.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';
import { dataSetOf } from './data-sets.ts';
import { benchmarkOf, settingsOf } from './run-settings.ts';

/** A run that was never run: items with scores, by item and then by seed. */
async function runOf(
  name: string,
  scores: readonly (readonly number[])[],
  more: Partial<LoadedRun> = {},
): Promise<LoadedRun> {
  const keyed = scores.flatMap((own, id) =>
    own.map((score, seed) => ({ shots: 4, seed, id: `${id}`, score })),
  );
  const outcomes = keyed.map(({ score, ...rest }) => ({
    ...rest,
    ...{ examples: [], answer: score > 0 ? 'yes' : 'no', scores: [0, score] },
  }));
  return {
    folder: name,
    settings: await settingsOf('hateful-memes', '/data', 'test_seen'),
    items: scores.map((_, id) => ({
      ...{ id: `${id}`, media: { images: [] }, question: '', answers: [], choices: ['no', 'yes'] },
      label: id % 2,
    })),
    outcomes: new Map(outcomes.map((outcome) => [outcomeKey(outcome), outcome])),
    scores: new Map(keyed.map((each) => [outcomeKey(each), each.score])),
    ...more,
  };
}

describe('a comparison of two runs', () => {
  const benchmark = benchmarkOf('hateful-memes');

  it('pairs items: a small gain everywhere is certain, however much items differ', async () => {
    const base = Array.from({ length: 40 }, (_, index) => [index / 50, index / 50]);
    const first = await runOf('a', base);
    const second = await runOf(
      'b',
      base.map((own) => own.map((score) => score + 0.01)),
    );
    const { shots, items, settings } = await compareRuns(benchmark, first, second, {});
    assert.deepEqual(settings, []);
    const [{ difference, interval, p, items: count } = assert.fail()] = shots;
    assert.equal(count, 40);
    assert.ok(Math.abs(difference - 0.01) < 1e-12);
    assert.ok(interval.low > 0.0099 && interval.high < 0.0101 && p === 0);
    assert.equal(items.length, 40);
    const same = await compareRuns(benchmark, first, first, {});
    assert.deepEqual([same.shots[0]?.difference, same.shots[0]?.p], [0, 1]);
  });

  it('has an interval that holds no difference where gains and losses balance', async () => {
    const first = await runOf(
      'a',
      Array.from({ length: 60 }, (_, index) => [index % 2]),
    );
    const second = await runOf(
      'b',
      Array.from({ length: 60 }, (_, index) => [(index + 1) % 2]),
    );
    const [{ difference, interval, p } = assert.fail()] = (await compareRuns(benchmark, first, second, {}))
      .shots;
    assert.equal(difference, 0);
    assert.ok(interval.low < -0.1 && interval.high > 0.1 && p > 0.5);
  });

  it('computes a metric anew where items have no scores', async () => {
    const right = Array.from({ length: 30 }, (_, index) => [index % 2 === 1 ? 1 : -1]);
    const none = { scores: new Map<string, number>() };
    const first = await runOf('a', right, none);
    const wrong = await runOf(
      'b',
      right.map((own) => own.map((score) => -score)),
      none,
    );
    const { shots, items } = await compareRuns(benchmark, first, wrong, {});
    assert.deepEqual([shots[0]?.scores, shots[0]?.interval, shots[0]?.p], [[1, 0], { low: -1, high: -1 }, 0]);
    assert.deepEqual(items, []);
  });

  it('refuses runs of different benchmarks, and runs without an item in common', async () => {
    const first = await runOf('a', [[1], [0]]);
    const other = { ...first, settings: { ...first.settings, split: 'dev' } };
    await assert.rejects(
      compareRuns(benchmark, first, other, {}),
      /a is of the split 'test_seen', a of 'dev'/,
    );
    const later = { ...first, outcomes: new Map() };
    await assert.rejects(compareRuns(benchmark, first, later, {}), /have no item in common/);
  });

  it('is made of the folders of two runs on the command line, with a page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'compare-'));
    const model = await loadFlamingo(await compiledModel());
    try {
      const data = join(folder, 'coco');
      await (await dataSetOf('coco')).write(data);
      const outs = ['paper', 'open-flamingo'] as const;
      for (const protocol of outs) {
        await runBenchmark(model, benchmarkOf('coco'), await settingsOf('coco', data, 'test', { protocol }), {
          ...{ out: join(folder, protocol), shots: [0, 1], seeds: [0], batch: 8, resources: {} },
          onProblem: ({ reason }) => assert.fail(reason),
        });
      }
      const loaded = await loadRun(join(folder, 'paper'));
      assert.deepEqual([loaded.items.length, loaded.outcomes.size, loaded.scores.size], [5, 10, 10]);
      const out = join(folder, 'page');
      const folders = outs.map((name) => join(folder, name));
      const { code, stdout, stderr } = await flamingo('evaluate', '--compare', ...folders, '--out', out);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^COCO 'test', CIDEr\nprotocol: paper, then open-flamingo\n/);
      assert.match(stdout, /\nshots +items +paper +open-flamingo +difference +95% from +to +p\n +0 +5 /);
      const page = await readFile(join(out, 'comparison.html'), 'utf8');
      assert.match(page, /<svg .*>paper<\/text>.*>open-flamingo<\/text>.*<\/svg>/s);
      await assert.rejects(loadRun(data), /coco holds no run/);
    } finally {
      await model.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
