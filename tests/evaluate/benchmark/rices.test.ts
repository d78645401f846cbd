import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonLines } from '../../../runtime/evaluate/benchmark/files/json-lines.ts';
import { OUTCOME, type Outcome } from '../../../runtime/evaluate/benchmark/run/outcome.ts';
import { runBenchmark } from '../../../runtime/evaluate/benchmark/run-benchmark.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import type { FlamingoModel } from '../../../runtime/model.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';
import { dataSetOf } from './data-sets.ts';
import { benchmarkOf, settingsOf } from './run-settings.ts';

describe('examples chosen by similarity', () => {
  let folder: string;
  let model: FlamingoModel;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rices-'));
    model = await loadFlamingo(await compiledModel());
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are those with the same picture, which stand last, and features are kept on the disk', async () => {
    const [data, out] = [join(folder, 'imagenet'), join(folder, 'run')];
    await (await dataSetOf('imagenet')).write(data);
    const settings = await settingsOf('imagenet', data, 'val', { select: 'rices' });
    const encoded: number[] = [];
    const run = (shots: readonly number[]) =>
      runBenchmark(model, benchmarkOf('imagenet'), settings, {
        ...{ out, shots, seeds: [0], batch: 4, resources: {} },
        onProblem: ({ reason }) => assert.fail(reason),
        onFeatures: (done) => encoded.push(done),
      });
    await run([1, 3]);
    const outcomes: Outcome[] = [];
    for await (const { value } of jsonLines(join(out, 'outcomes.jsonl'))) outcomes.push(OUTCOME.parse(value));
    // Each class has two copies of one picture among the examples.
    const classOf = (id: string | undefined) => id?.split('/')[0];
    for (const { id, shots, examples } of outcomes) {
      assert.equal(examples.length, shots);
      for (const example of examples.slice(-2)) assert.equal(classOf(example), classOf(id));
      if (shots === 3) assert.notEqual(classOf(examples[0]), classOf(id));
    }
    assert.deepEqual(encoded, [6]);

    const [file = ''] = (await readdir(out)).filter((name) => name.startsWith('features-'));
    const path = join(out, file);
    const features = await readFile(path);
    const dim = features.readUInt32LE(0);
    assert.equal(features.length, 4 + 6 * 4 * dim);
    await truncate(path, 4 + 4 * 4 * dim + 3);
    await rm(join(out, 'outcomes.jsonl'));
    await appendFile(join(out, 'outcomes.jsonl'), '');
    await run([1, 3]);
    assert.deepEqual(encoded, [6, 6]);
    assert.deepEqual(await readFile(path), features);
    await run([2]);
    assert.deepEqual(encoded, [6, 6]);

    // A width that was damaged: to none, to another, to one that makes more rows than there are pictures.
    for (const width of [0, 2 * dim, 1]) {
      const damaged = Buffer.from(features);
      damaged.writeUInt32LE(width);
      await writeFile(path, damaged);
      await assert.rejects(
        run([2]),
        /features-\w+\.f32 is damaged: it has \d+ rows of \d+ features.*remove it/,
      );
      await rm(path);
      await run([2]);
      assert.deepEqual(await readFile(path), features);
    }
  });

  it('are refused where fewer pictures can be encoded', async () => {
    const data = join(folder, 'few');
    await (await dataSetOf('imagenet')).write(data);
    const settings = await settingsOf('imagenet', data, 'val', { select: 'rices' });
    const run = runBenchmark(model, benchmarkOf('imagenet'), settings, {
      ...{ out: join(folder, 'few-run'), shots: [7], seeds: [0], batch: 4, resources: {} },
      onProblem() {},
    });
    await assert.rejects(run, /7 examples are asked for, but ImageNet's split 'train' has 6/);
  });
});
