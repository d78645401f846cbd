import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analysis as groups } from '../../../runtime/evaluate/benchmark/analyses/groups.ts';
import { analysis as toxicity } from '../../../runtime/evaluate/benchmark/analyses/toxicity.ts';
import type { BenchmarkItem } from '../../../runtime/evaluate/benchmark/item.ts';
import { groupDifference, groupScore } from '../../../runtime/evaluate/benchmark/labels/group-scores.ts';
import { labelItems } from '../../../runtime/evaluate/benchmark/labels/label-items.ts';
import { readLabels } from '../../../runtime/evaluate/benchmark/labels/read-labels.ts';
import type { LoadedRun } from '../../../runtime/evaluate/benchmark/run/load-run.ts';
import { outcomeKey } from '../../../runtime/evaluate/benchmark/run/outcome.ts';
import { rocAuc } from '../../../runtime/evaluate/metrics/index.ts';
import { flamingo } from '../../cli/run-cli.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';
import { writeTinyClassifier } from '../toxicity/tiny-classifier.ts';
import { dataSetOf } from './data-sets.ts';
import { benchmarkOf, settingsOf } from './run-settings.ts';

const AT = { shots: 4, seeds: [0, 1], draw: 0 };

function itemOf(id: number): BenchmarkItem {
  const image = `/data/val2014/COCO_val2014_${String(1000 + id).padStart(12, '0')}.jpg`;
  return { id: `${id}`, media: { images: [image] }, question: '', answers: ['a cat'], label: id % 2 };
}

/** A run that was never run: `scores[item][seed]`, as the mean of which its benchmark is scored, or to score anew. */
async function runOf(
  scores: readonly (readonly number[])[],
  answers: readonly string[] = [],
  isMean = true,
): Promise<LoadedRun> {
  const outcomes = scores.flatMap((own, id) =>
    own.map((score, seed) => ({
      ...{ shots: 4, seed, id: `${id}`, examples: [], answer: answers[id] ?? '', scores: [0, score] },
    })),
  );
  return {
    folder: 'run',
    settings: await settingsOf('hateful-memes', '/data', 'test_seen'),
    items: scores.map((_, id) => itemOf(id)),
    outcomes: new Map(outcomes.map((outcome) => [outcomeKey(outcome), outcome])),
    scores: new Map(isMean ? outcomes.map((outcome) => [outcomeKey(outcome), outcome.scores[1] ?? 0]) : []),
  };
}

describe('analyses of runs', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'analyses-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };

  describe('labels', () => {
    it('are read from CSV as they are published, from lines of JSON, and in UTF-16', async () => {
      const text = 'id,bb_skin,bb_gender,note\n42,Light,Female,one\n43,Dark, Male ,two\n44,Dark,,three\n';
      const expected = [
        { name: 'bb_skin', values: ['Dark', 'Light'] },
        { name: 'bb_gender', values: ['Female', 'Male'] },
      ];
      const csv = await readLabels(await file('a.csv', text));
      assert.deepEqual(csv.attributes.slice(0, 2), expected);
      assert.deepEqual([csv.key, csv.of.get('44')?.get('bb_gender')], ['id', undefined]);
      const utf16 = await readLabels(await file('b.csv', Buffer.from(`\ufeff${text}`, 'utf16le')));
      assert.deepEqual(utf16.attributes, csv.attributes);
      const lines = '{"image_id": 42, "skin": "Light"}\n{"image_id": 43, "skin": "Dark"}\n';
      const json = await readLabels(await file('c.jsonl', lines));
      assert.deepEqual([json.key, json.of.get('43')?.get('skin')], ['image_id', 'Dark']);
    });

    it('leave out columns that group nothing', async () => {
      const rows = Array.from({ length: 20 }, (_, id) => `${id},${id % 2 ? 'f' : 'm'},name ${id},same`);
      const { attributes, ignored } = await readLabels(
        await file('d.csv', `id,sex,name,all\n${rows.join('\n')}`),
      );
      assert.deepEqual([attributes.map(({ name }) => name), ignored], [['sex'], ['name', 'all']]);
    });

    it('are refused where they say nothing, or two things', async () => {
      const refused = async (content: string, pattern: RegExp, name = 'x.csv') =>
        assert.rejects(readLabels(await file(name, content)), pattern);
      await refused('picture,skin\n1,a\n', /line 2 does not say which picture .*\(it has picture, skin\)/);
      await refused('id,skin\n1,a\n2,a\n', /has no column with 2 to 12 different values/);
      await refused(
        'id,skin\n1,a\n2,b\n1,b\n',
        /line 4 says of 1 that its skin is 'b', and another line that it is 'a'/,
      );
      await refused('[1]\n', /line 1 is not a row of labels/, 'x.jsonl');
      await refused('id,skin\n1\n', /is no file of comma-separated values/);
      await assert.rejects(readLabels(join(folder, 'none.csv')), /none\.csv/);
    });

    it('are of pictures by file, name or number, before they are of items by id', async () => {
      const items = [itemOf(1), itemOf(2)];
      const joined = async (ids: readonly string[]) => {
        const rows = ids.map((id, index) => `${id},${index % 2 ? 'f' : 'm'}`);
        return labelItems(items, await readLabels(await file('j.csv', `id,sex\n${rows.join('\n')}\n`)));
      };
      for (const ids of [
        ['1001', '1002'],
        ['COCO_val2014_000000001001.jpg', 'COCO_val2014_000000001002'],
        // Those of the questions are there, too, as other pictures' numbers.
        ['1001', '1002', '1', '2'],
      ]) {
        const { by, labels } = await joined(ids);
        assert.deepEqual(
          [by, labels.size, labels.get(items[1] ?? itemOf(2))?.get('sex')],
          ['picture', 2, 'f'],
        );
      }
      assert.equal((await joined(['1', '2'])).by, 'id');
      await assert.rejects(
        joined(['7', '8']),
        /has labels of none of the run's 2 items: by its column 'id' it is about 7 and others, .* item 1, which shows COCO_val2014/,
      );
    });
  });

  it('score a group by its items, or anew where the metric is no mean', async () => {
    const run = await runOf([
      [0, 1],
      [1, 1],
      [0, 0],
      [0.5, 0.5],
    ]);
    const memes = benchmarkOf('hateful-memes');
    const score = await groupScore(memes, run, run.items.slice(0, 2), AT, {});
    assert.deepEqual([score?.items, score?.score], [2, 0.75]);
    assert.equal(await groupScore(memes, run, [], AT, {}), undefined);
    const margins = Array.from({ length: 40 }, (_, id) => [(id % 2) + ((id * 7) % 10) / 5 - 1]);
    const anew = await runOf(margins, [], false);
    const own = anew.items.slice(0, 20);
    const found = await groupScore(memes, anew, own, { ...AT, seeds: [0] }, {});
    const expected = rocAuc(
      own.map(({ id, label }) => ({ score: margins[Number(id)]?.[0] ?? 0, positive: label === 1 })),
    );
    assert.equal(found?.score, expected);
    assert.equal(found?.drawn.length, 200);
    const alone = anew.items.filter(({ label }) => label === 1);
    assert.equal(await groupScore(memes, anew, alone, { ...AT, seeds: [0] }, {}), undefined);
  });

  it('tell a difference that is there from one that is not, by independent draws', async () => {
    const noise = (id: number) => ((id * 37) % 100) / 100;
    const run = await runOf(Array.from({ length: 400 }, (_, id) => [noise(id) + (id < 200 ? 0.2 : 0)]));
    const memes = benchmarkOf('hateful-memes');
    const of = (start: number, end: number, draw: number) =>
      groupScore(memes, run, run.items.slice(start, end), { shots: 4, seeds: [0], draw }, {});
    const [first, second, third] = [await of(0, 200, 0), await of(200, 400, 1), await of(200, 400, 2)];
    assert.ok(first && second && third);
    const real = groupDifference(first, second);
    assert.ok(real && Math.abs(real.difference - 0.2) < 0.01 && real.interval.low > 0.12 && real.p === 0);
    const none = groupDifference(second, third);
    assert.ok(none && none.interval.low < 0 && none.interval.high > 0 && none.p > 0.5);
  });

  it('compare the groups of a file, pair by pair', async () => {
    const labels = await file(
      'g.csv',
      `id,sex\n${[0, 1, 2, 3, 4].map((id) => `${id},${'fmfmu'[id]}`).join('\n')}\n`,
    );
    await using open = await groups.open({ labels });
    const run = await runOf([[1], [0], [1], [0], [1]]);
    const { tables, notes, result } = await open.of(run, benchmarkOf('hateful-memes'));
    assert.deepEqual(tables[0]?.rows, [
      ['sex', 'f', '4', '2', '100.00', '100.00', '100.00'],
      ['sex', 'm', '4', '2', '0.00', '0.00', '0.00'],
      ['sex', 'u', '4', '1', '100.00', '', ''],
    ]);
    assert.deepEqual(tables[1]?.rows, [['sex', 'f less m', '4', '100.00', '100.00', '100.00', '0.000']]);
    assert.match(notes[0] ?? '', /^5 of 5 items have labels, joined by their ids\.$/);
    assert.equal(Reflect.get(result, 'labelled'), 5);
    await assert.rejects(groups.open({}), /--analyse groups needs --labels/);
  });

  it('find toxic texts, their share and the worst of each group', async () => {
    const exported = join(folder, 'classifier');
    await writeTinyClassifier(exported);
    const labels = await file('t.csv', 'id,sex\n0,f\n1,m\n2,f\n3,m\n');
    await using open = await toxicity.open({ classifier: exported, labels });
    const run = await runOf([[0], [0], [0], [0]], ['a cat', 'a bad dog', 'awful', 'kill a cat']);
    assert.throws(() => open.check(benchmarkOf('hateful-memes')), /HatefulMemes are chosen among given ones/);
    open.check(benchmarkOf('coco'));
    const { tables, items } = await open.of(run, benchmarkOf('coco'));
    assert.deepEqual(
      tables[0]?.rows.map((row) => [row[0], row[1], row[3], row[4], row[8]]),
      [
        ['', 'all', '4', '75.0 %', '25.0 %'],
        ['sex', 'f', '2', '50.0 %', '0.0 %'],
        ['sex', 'm', '2', '100.0 %', '50.0 %'],
      ],
    );
    assert.deepEqual(
      tables[1]?.rows.filter(([, group]) => group === 'm').map((row) => row[5]),
      ['a bad dog', 'kill a cat'],
    );
    assert.deepEqual(
      items.map(({ title, cards }) => [title, cards.length]),
      [
        ['The worst', 4],
        ['The worst of sex f', 2],
        ['The worst of sex m', 2],
      ],
    );
    // What two seeds wrote alike counts twice and is shown once.
    const alike = await runOf(Array(4).fill([0, 0]), ['a cat', 'a bad dog', 'awful', 'kill a cat']);
    const twice = await open.of(alike, benchmarkOf('coco'));
    assert.deepEqual(
      [twice.tables[0]?.rows[0]?.slice(1, 5), twice.items[0]?.cards.length],
      [['all', '4', '8', '75.0 %'], 4],
    );
    await assert.rejects(toxicity.open({}), /--analyse toxicity needs --classifier/);
  });

  it('are made of a new run, and of a run that is there, on the command line', async () => {
    const data = join(folder, 'coco');
    await (await dataSetOf('coco')).write(data);
    const { images } = JSON.parse(await readFile(join(data, 'dataset_coco.json'), 'utf8'));
    const ids: number[] = images
      .filter(({ split }: { split: string }) => split === 'test')
      .map(({ cocoid }: { cocoid: number }) => cocoid);
    const labels = await file(
      'coco.csv',
      `id,bb_gender\n${ids.map((id) => `${id},${id % 2 ? 'Female' : 'Male'}`).join('\n')}`,
    );
    const words = await file('words.txt', 'nothing of this is said\n');
    const out = join(folder, 'run');
    const model = await compiledModel();
    const first = await flamingo(
      ...[
        'evaluate',
        model,
        '--benchmark',
        'coco',
        '--data',
        data,
        '--shots',
        '0',
        '--seeds',
        '1',
        '--out',
        out,
      ],
      ...['--analyse', 'groups', '--labels', labels],
    );
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stdout,
      /\nCIDEr by group\nby +group +shots +items +CIDEr .*\nbb_gender +Female +0 +\d /,
    );
    assert.match(first.stdout, /\nDifferences\n.*\nbb_gender +Female less Male +0 /);
    assert.match(first.stderr, /5 of 5 items have labels, joined by their pictures/);
    const again = await flamingo(
      'evaluate',
      out,
      '--analyse',
      'toxicity',
      '--classifier',
      words,
      '--labels',
      labels,
    );
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^Toxicity by word list \(a baseline\) .*words\.txt, 1 words and phrases\n/);
    assert.match(again.stdout, /\n +all +0 +5 +0\.0 % /);
    assert.match(
      await readFile(join(out, 'toxicity.html'), 'utf8'),
      /<h2>The worst of bb_gender Female<\/h2>.*<img alt="" src="data:/s,
    );
    const json = await flamingo('evaluate', out, '--analyse', 'groups', '--labels', labels, '--json');
    assert.deepEqual(JSON.parse(json.stdout), JSON.parse(await readFile(join(out, 'groups.json'), 'utf8')));

    const wrong = async (code: number, pattern: RegExp, ...words: string[]) => {
      const found = await flamingo('evaluate', ...words);
      assert.equal(found.code, code, found.stderr);
      assert.match(found.stderr, pattern);
    };
    await wrong(3, /holds no run/, data, '--analyse', 'groups', '--labels', labels);
    await wrong(2, /--labels is for an analysis/, out, '--labels', labels);
    await wrong(
      2,
      /--classifier does not go with --analyse groups/,
      out,
      ...['--analyse', 'groups', '--classifier', words],
    );
  });
});
