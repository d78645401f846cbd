import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonLines } from '../../../runtime/evaluate/benchmark/files/json-lines.ts';
import type { Problem } from '../../../runtime/evaluate/benchmark/run/load-items.ts';
import { OUTCOME, type Outcome } from '../../../runtime/evaluate/benchmark/run/outcome.ts';
import type { Settings } from '../../../runtime/evaluate/benchmark/run/settings.ts';
import { type RunOptions, runBenchmark } from '../../../runtime/evaluate/benchmark/run-benchmark.ts';
import { cider, rocAuc } from '../../../runtime/evaluate/metrics/index.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import type { FlamingoModel } from '../../../runtime/model.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';
import { dataSetOf } from './data-sets.ts';
import { benchmarkOf, settingsOf } from './run-settings.ts';

describe('a run of a benchmark', () => {
  let folder: string;
  let model: FlamingoModel;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-benchmark-'));
    model = await loadFlamingo(await compiledModel());
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  let runs = 0;
  async function started(name: string, more: Partial<Settings> = {}) {
    const { split, write } = await dataSetOf(name);
    runs += 1;
    const [data, out] = [join(folder, `data-${runs}`), join(folder, `run-${runs}`)];
    await write(data);
    const settings = await settingsOf(name, data, split, more);
    const problems: Problem[] = [];
    const run = (options: Partial<RunOptions> = {}) =>
      runBenchmark(model, benchmarkOf(name), settings, {
        ...{ out, shots: [2], seeds: [0], batch: 4, resources: {} },
        onProblem: (problem) => problems.push(problem),
        ...options,
      });
    const outcomes = async () => {
      const found: Outcome[] = [];
      for await (const { value } of jsonLines(join(out, 'outcomes.jsonl'))) found.push(OUTCOME.parse(value));
      return found;
    };
    return { data, out, run, outcomes, problems };
  }
  const coco = (data: string, id: number) => {
    const split = id < 106 ? 'train2014' : 'val2014';
    return join(data, split, `COCO_${split}_000000000${id}.jpg`);
  };
  const captions = async (data: string): Promise<ReadonlyMap<string, string>> => {
    const { images } = JSON.parse(await readFile(join(data, 'dataset_coco.json'), 'utf8'));
    return new Map(
      images.map(({ cocoid, sentences }: { cocoid: number; sentences: { raw: string }[] }) => [
        String(cocoid),
        sentences[0]?.raw ?? '',
      ]),
    );
  };

  it('writes what the model writes to the paper’s prompt, by 3 beams, and scores it', async () => {
    const { data, run, outcomes } = await started('coco');
    const { results } = await run();
    const answers = await outcomes();
    const caption = await captions(data);
    for (const { id, examples, answer } of answers) {
      assert.equal(new Set(examples).size, 2);
      const { text } = await model.generate(
        {
          shots: examples.map((example) => ({
            image: coco(data, Number(example)),
            text: `Output: ${caption.get(example)}`,
          })),
          query: { image: coco(data, Number(id)), text: 'Output:' },
        },
        { beams: 3, maxNewTokens: 4 },
      );
      assert.equal(answer, text.trim());
    }
    const { images } = JSON.parse(await readFile(join(data, 'dataset_coco.json'), 'utf8'));
    const references = (id: string): string[] =>
      images
        .find(({ cocoid }: { cocoid: number }) => String(cocoid) === id)
        .sentences.map(({ raw }: { raw: string }) => raw);
    const items = images
      .filter(({ split }: { split: string }) => split === 'test')
      .map(({ cocoid }: { cocoid: number }) => ({
        candidate: answers.find(({ id }) => id === String(cocoid))?.answer ?? '',
        references: references(String(cocoid)),
      }));
    assert.equal(results.shots[0]?.score, cider(items).score);
  });

  it('asks without examples by two texts alone, and as OpenFlamingo does under its name', async () => {
    const { data, run, outcomes } = await started('coco', { protocol: 'open-flamingo' });
    await run({ shots: [0, 1], limit: 2 });
    const caption = await captions(data);
    for (const { id, shots, examples, answer, written } of await outcomes()) {
      assert.equal(examples.length, shots === 0 ? 2 : 1);
      const mark = shots === 0 ? '' : '<image>';
      const texts = examples.map((example) => `${mark}Output:${caption.get(example)}<|endofchunk|>\n`);
      const { text } = await model.generate(
        {
          text: `${texts.join('')}<image>Output:`,
          media: [...(shots === 0 ? [] : examples), id].map((each) => coco(data, Number(each))),
        },
        { beams: 3, maxNewTokens: 4 },
      );
      assert.equal(written ?? answer, text);
    }
  });

  it('asks a model that was tuned on dialogues in turns', async () => {
    const { data, run, outcomes } = await started('coco', { assistant: 'Flamingo' });
    await run({ shots: [1], limit: 2 });
    const caption = await captions(data);
    for (const { id, examples, answer } of await outcomes()) {
      const [example = ''] = examples;
      const user = (name: string) => ({
        image: coco(data, Number(name)),
        speaker: 'user' as const,
        text: 'Output:',
      });
      const shown = { speaker: 'assistant' as const, text: caption.get(example) ?? '' };
      const { text } = await model.generate(
        { turns: [user(example), shown, user(id)] },
        { beams: 3, maxNewTokens: 4 },
      );
      assert.equal(answer, text.trim());
    }
  });

  it('chooses by likelihood, with and without length, and scores the area under the curve', async () => {
    for (const normalise of ['none', 'tokens'] as const) {
      const { data, run, outcomes } = await started('hateful-memes', { normalise });
      const { results } = await run({ shots: [0] });
      const answers = await outcomes();
      const scored = [];
      for (const { id, scores = [], examples, answer } of answers) {
        assert.deepEqual(examples, []);
        const text = `is an image with written: "so ${Number(id) - 16395}" on it. Is it hateful? Answer:`;
        const expected = await model.score(
          { query: { image: join(data, 'img', `${id}.png`), text } },
          [' no', ' yes'],
          { normalise, endOfChunk: true },
        );
        assert.equal(scores.length, expected.length);
        // Items are scored side by side, where float32 sums may be in another order.
        for (const [place, { score }] of expected.entries())
          assert.ok(Math.abs((scores[place] ?? Number.NaN) - score) < 1e-4);
        const [no = 0, yes = 0] = scores;
        assert.equal(answer, yes > no ? 'yes' : 'no');
        scored.push({ score: yes - no, positive: (Number(id) - 16395) % 2 === 1 });
      }
      assert.equal(results.shots[0]?.score, rocAuc(scored));
    }
  });

  it('shows two texts before choices, too, as OpenFlamingo does', async () => {
    const { run, outcomes } = await started('hateful-memes', { protocol: 'open-flamingo' });
    await run({ shots: [0] });
    for (const { examples } of await outcomes()) assert.equal(examples.length, 2);
  });

  it('keeps answers whose score is not defined, and says so', async () => {
    const { data, run, outcomes, problems } = await started('hateful-memes');
    const path = join(data, 'test_seen.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('"label":1', '"label":0'));
    const { results } = await run({ shots: [0] });
    assert.deepEqual(results.shots, []);
    assert.equal((await outcomes()).length, 5);
    assert.match(problems[0]?.item ?? '', /the score with 0 examples \(seed 0\)/);
    assert.match(problems[0]?.reason ?? '', /ROC AUC has 0 positive and 5 negative items/);
  });

  it('looks for what a metric needs before it asks', async () => {
    const { run, out } = await started('nextqa');
    const nltkData = join(folder, 'no-nltk');
    await assert.rejects(run({ shots: [0], resources: { nltkData } }), /index\.noun cannot be read/);
    await assert.rejects(readFile(join(out, 'run.json')), /ENOENT/);
  });

  it('averages likelihoods over orders of the examples', async () => {
    const { run, outcomes } = await started('hateful-memes', { ensemble: 2 });
    await run({ shots: [2] });
    const once = await started('hateful-memes');
    await once.run({ shots: [2] });
    const [both, one] = [await outcomes(), await once.outcomes()];
    assert.deepEqual(
      both.map(({ examples }) => examples),
      one.map(({ examples }) => examples),
    );
    assert.notDeepEqual(
      both.map(({ scores }) => scores),
      one.map(({ scores }) => scores),
    );
  });

  it('goes on where it was stopped, in the middle of a line, and adds examples and seeds', async () => {
    const { out, run, outcomes } = await started('vqav2');
    const whole = await run();
    const before = await outcomes();
    const path = join(out, 'outcomes.jsonl');
    const text = await readFile(path);
    const killed = join(out, 'results.json.4711.partial');
    await writeFile(killed, '{');
    const third = text.indexOf('\n', text.indexOf('\n', text.indexOf('\n') + 1) + 1);
    await truncate(path, third + 20);
    const again = await run();
    assert.deepEqual([again.known, again.answered], [3, 3]);
    assert.equal(existsSync(killed), false);
    assert.deepEqual(await outcomes(), before);
    assert.deepEqual(again.results, whole.results);
    const more = await run({ shots: [0, 2], seeds: [0, 1] });
    assert.deepEqual([more.known, more.answered], [6, 18]);
    assert.equal(more.results.shots[1]?.interval?.over, 'seeds');
    const { results } = await run({ shots: [1] });
    assert.deepEqual(
      results.shots.map(({ shots, seeds }) => [shots, seeds.length]),
      [
        [0, 2],
        [1, 1],
        [2, 2],
      ],
    );
    assert.equal(again.results.shots[0]?.interval?.over, 'items');
  });

  it('gives the same answers whatever the batch is', async () => {
    const [one, other] = [await started('vqav2'), await started('vqav2')];
    await one.run({ batch: 1 });
    await other.run({ batch: 6 });
    assert.deepEqual(await one.outcomes(), await other.outcomes());
  });

  it('stops when told to, with what was answered kept', async () => {
    const { run, outcomes } = await started('vqav2');
    const controller = new AbortController();
    const stopped = run({
      ...{ batch: 2, signal: controller.signal },
      onProgress: () => controller.abort(new Error('stopped')),
    });
    await assert.rejects(stopped, /stopped/);
    assert.equal((await outcomes()).length, 2);
    assert.equal((await run()).known, 2);
  });

  it('tells an item that is broken, and loses no other', async () => {
    const { data, run, problems, out } = await started('vqav2');
    await rm(join(data, 'val2014/COCO_val2014_000000000021.jpg'));
    await writeFile(join(data, 'val2014/COCO_val2014_000000000022.jpg'), 'no picture');
    await writeFile(join(data, 'train2014/COCO_train2014_000000000003.jpg'), 'no picture');
    const path = join(data, 'v2_mscoco_val2014_annotations.json');
    const file = JSON.parse(await readFile(path, 'utf8'));
    file.annotations = file.annotations.filter(
      ({ question_id }: { question_id: number }) => question_id !== 20000,
    );
    await writeFile(path, JSON.stringify(file));
    const { results } = await run();
    assert.equal(results.shots[0]?.seeds[0]?.items, 3);
    assert.equal(results.support, 5);
    const told = problems.map(({ split, item, reason }) => `${split} ${item}: ${reason}`);
    assert.equal(told.length, 4);
    assert.match(told[0] ?? '', /^val question 20000: .*annotations\.json has no answers to it$/);
    assert.match(told[1] ?? '', /^val item 20001: its picture .*21\.jpg does not exist$/);
    assert.match(told[2] ?? '', /^train item 1002: '.*3\.jpg'/);
    assert.match(told[3] ?? '', /^val item 20002 with 2 examples \(seed 0\): '.*22\.jpg'/);
    assert.equal((await readFile(join(out, 'problems.jsonl'), 'utf8')).trimEnd().split('\n').length, 4);
  });

  it('draws a page of the curve, with the worst and the best items and their pictures', async () => {
    const { out, data, run } = await started('vqav2');
    const path = join(data, 'v2_OpenEnded_mscoco_val2014_questions.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('What is it?', '<b>What</b> is \\"it\\"?'));
    await run({ shots: [0, 1, 2], seeds: [0, 1] });
    const page = await readFile(join(out, 'results.html'), 'utf8');
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /<svg [^>]*>.*<path d="M[\d.,LZ-]+" fill="none".*<\/svg>/s);
    assert.match(page, /<h2>Worst with 2 examples<\/h2>/);
    assert.equal(page.match(/<div class="item">/g)?.length, 6);
    assert.equal(page.match(/<img alt="" src="data:image\/webp;base64,[\w+/=]+">/g)?.length, 6);
    assert.ok(page.includes('&lt;b&gt;What&lt;/b&gt; is &quot;it&quot;?'));
    assert.doesNotMatch(page, /<script|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
  });

  it('refuses in a sentence what it cannot go on with', async () => {
    const { data, out, run } = await started('vqav2');
    await assert.rejects(run({ shots: [7] }), /7 examples are asked for, but VQAv2's split 'train' has 6/);
    await run({ shots: [0] });
    const other = await settingsOf('vqav2', data, 'val', { beams: 1 });
    const rest = { out, shots: [0], seeds: [0], batch: 4, resources: {}, onProblem() {} };
    await assert.rejects(
      runBenchmark(model, benchmarkOf('vqav2'), other, rest),
      /run-\d+ holds a run with beams 3, and not 1: give another --out/,
    );
    await assert.rejects(run({ out: data }), /holds something else than a run/);
    await appendFile(join(out, 'outcomes.jsonl'), '{"shots": "many"}\n');
    await assert.rejects(run({ shots: [0] }), /outcomes\.jsonl line 7 is damaged/);
  });
});
