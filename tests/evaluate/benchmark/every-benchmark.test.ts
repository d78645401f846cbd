import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BENCHMARKS } from '../../../runtime/evaluate/benchmark/benchmark-registry.ts';
import type { Problem } from '../../../runtime/evaluate/benchmark/run/load-items.ts';
import { runBenchmark } from '../../../runtime/evaluate/benchmark/run-benchmark.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import type { FlamingoModel } from '../../../runtime/model.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';
import { dataSetOf } from './data-sets.ts';
import { settingsOf } from './run-settings.ts';

describe('every benchmark', () => {
  let folder: string;
  let model: FlamingoModel;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'benchmarks-'));
    model = await loadFlamingo(await compiledModel());
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is in docs/evaluation.md', async () => {
    const text = await readFile('docs/evaluation.md', 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    for (const { name, metric } of BENCHMARKS) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``));
      assert.ok(row?.includes(metric.name), `${name}: ${row}`);
    }
  });

  for (const benchmark of BENCHMARKS) {
    it(`is read from its own files, asked and scored: ${benchmark.title}`, async () => {
      const { name } = benchmark;
      const { split, items, support, write } = await dataSetOf(name);
      const data = join(folder, name);
      await write(data);
      const out = join(folder, `${name}-run`);
      const shots = benchmark.examplesFrom === undefined ? [0] : [0, 1];
      const problems: Problem[] = [];
      const { results } = await runBenchmark(model, benchmark, await settingsOf(name, data, split), {
        ...{ out, shots, seeds: [0], batch: 8, resources: {} },
        onProblem: (problem) => problems.push(problem),
      });
      assert.deepEqual(problems, []);
      assert.deepEqual([results.items, results.support], [items, support]);
      assert.deepEqual(
        results.shots.map((each) => each.shots),
        shots,
      );
      for (const { score, seeds } of results.shots) {
        assert.ok(score >= 0 && score <= 10, `${score}`);
        assert.equal(seeds[0]?.items, items);
      }
      const lines = async (file: string) => (await readFile(join(out, file), 'utf8')).trimEnd().split('\n');
      assert.equal((await lines('items.jsonl')).length, items);
      assert.equal((await lines('outcomes.jsonl')).length, items * shots.length);
      assert.ok(benchmark.layout(split).length > 0);
    });
  }
});
