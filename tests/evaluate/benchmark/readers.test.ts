import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sentenceOf } from '../../../runtime/evaluate/benchmark/benchmarks/rareact.ts';
import type { BenchmarkItem } from '../../../runtime/evaluate/benchmark/item.ts';
import { drawFor } from '../../../runtime/evaluate/benchmark/random.ts';
import { loadItems, type Problem } from '../../../runtime/evaluate/benchmark/run/load-items.ts';
import { putFrames, putJson } from './data-set.ts';
import { dataSetOf } from './data-sets.ts';
import { benchmarkOf } from './run-settings.ts';
import { VQA_HEADER, vqaData } from './vqa-data.ts';

describe('readers of benchmarks', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readers-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function written(name: string): Promise<string> {
    const data = join(folder, name);
    await (await dataSetOf(name)).write(data);
    return data;
  }
  async function itemsOf(name: string, data: string, split: string, problems: Problem[] = []) {
    return loadItems(benchmarkOf(name), {
      ...{ folder: data, split, count: undefined, salt: '', look: false },
      leftOut: (problem) => problems.push(problem),
    });
  }
  const first = (items: readonly BenchmarkItem[]): BenchmarkItem => {
    const [item] = items;
    if (item === undefined) throw new Error('there is no item');
    return item;
  };

  it('know the pictures, questions and all answers of a question', async () => {
    const data = await written('vqav2');
    const item = first(await itemsOf('vqav2', data, 'val'));
    assert.deepEqual(item, {
      id: '20000',
      media: { images: [join(data, 'val2014/COCO_val2014_000000000020.jpg')] },
      question: 'What is it?',
      answers: [...Array(7).fill('cat'), ...Array(3).fill('red')],
    });
  });

  it('take TextVQA and VizWiz in OpenFlamingo’s form, too', async () => {
    for (const [name, folderOf, picture] of [
      ['text-vqa', 'train_images', (id: string) => `${id}.jpg`],
      ['vizwiz', 'val', (id: string) => id],
    ] as const) {
      const data = await written(name);
      const [own] = await itemsOf(name, data, 'val');
      const file = name === 'vizwiz' ? 'Annotations/val.json' : 'TextVQA_0.5.1_val.json';
      await rm(join(data, file));
      const id = name === 'vizwiz' ? 'VizWiz_val_00000001.jpg' : '003a8ae2ef43b901';
      const { questions, annotations } = vqaData([id], 34602);
      await putJson(join(data, 'val_questions_vqa_format.json'), { ...VQA_HEADER, questions });
      await putJson(join(data, 'val_annotations_vqa_format.json'), { ...VQA_HEADER, annotations });
      const item = first(await itemsOf(name, data, 'val'));
      assert.deepEqual(item.media, { images: [join(data, folderOf, picture(id))] });
      assert.equal(item.answers.length, 10);
      assert.equal(own?.answers.length, 10);
    }
  });

  it('put the caption and the rounds so far before a question of VisDial', async () => {
    const data = await written('visdial');
    const { form } = benchmarkOf('visdial');
    const item = first(await itemsOf('visdial', data, 'val'));
    assert.equal(
      form.paper.asks(item),
      'a thing Question: is it big Answer: yes Question: what colour Answer:',
    );
    assert.equal(
      form['open-flamingo'].asks(item),
      'a thing Question:is it big Short answer:yes Question:what colour Short answer:',
    );
    assert.deepEqual(item.choices, ['yes', 'no', 'red', 'not sure', 'i see 2']);
    assert.deepEqual(item.facts?.relevance, [0, 0.4, 1, 0, 0.2]);
    const example = first(await itemsOf('visdial', data, 'train'));
    assert.deepEqual(example.media, {
      images: [join(data, 'val2014/COCO_val2014_000000378466.jpg')],
    });
    assert.match(form.paper.asks(example), /no Question: any people Answer:$/);
    assert.deepEqual(example.answers, ['red']);
  });

  it('choose the examples of VL-ICL Bench as it does', async () => {
    const data = await written('vl-icl');
    const { examplesOf, metric } = benchmarkOf('vl-icl');
    const examples = async (task: string, index: number, count: number) => {
      const items = await itemsOf('vl-icl', data, task);
      const support = await itemsOf('vl-icl', data, `${task} (support)`);
      const item = items[index];
      if (item === undefined) throw new Error('there is no item');
      return { item, shown: examplesOf?.(item, support, count, drawFor(0, item.id)) ?? [] };
    };
    const product = await examples('operator_induction', 2, 4);
    const answers = product.shown.map(({ id, answers }) => [Number(id), answers[0]]);
    assert.deepEqual(answers.toSorted(), [
      [0, '0'],
      [1, '2'],
      [2, '4'],
      [3, '6'],
    ]);
    const open = await examples('open_mi', 0, 2);
    assert.deepEqual(open.shown.map(({ answers }) => answers[0]).toSorted(), [
      'blicket',
      'blicket',
      'dax',
      'dax',
    ]);
    assert.equal(new Set(open.shown.map(({ media }) => JSON.stringify(media))).size, 4);
    assert.throws(() => examplesOf?.(open.item, [], 3, drawFor(0, '')), /has fewer of '(blicket|dax)'/);
    const pairs = await examples('matching_mi', 0, 1);
    assert.deepEqual(
      pairs.shown.map(({ answers, media }) => [answers[0], 'images' in media ? media.images.length : 0]),
      [
        ['yes', 2],
        ['no', 2],
      ],
    );
    const scored = async (item: BenchmarkItem, answer: string) =>
      (await metric.score([{ item, answer }], {})).score;
    assert.equal(await scored(product.item, 'It is 12. Answer'), 1);
    assert.equal(await scored(product.item, '21'), 0);
    assert.equal(await scored(open.item, 'Blicket\nand more'), 1);
    assert.equal(await scored(pairs.item, 'Yes, they do'), 1);
  });

  it('word the actions of RareAct in the third person', async () => {
    assert.equal(sentenceOf('cut', 'laptop'), 'a person cuts a laptop');
    assert.equal(sentenceOf('wash', 'egg'), 'a person washes an egg');
    assert.equal(sentenceOf('dry', 'phone'), 'a person dries a phone');
    assert.equal(sentenceOf('spray', 'car'), 'a person sprays a car');
    const item = first(await itemsOf('rareact', await written('rareact'), 'test'));
    assert.deepEqual(item.choices, ['a person cuts a laptop', 'a person washes an egg']);
    assert.deepEqual('clip' in item.media && item.media.clip, [50, 60]);
  });

  it('take the second right answer of NExT-QA, and the text of a choice', async () => {
    const data = await written('nextqa');
    const items = await itemsOf('nextqa', data, 'test');
    assert.deepEqual(items[0]?.answers, ['dog', 'puppy']);
    const { score } = benchmarkOf('nextqa').metric;
    const scoreOf = async (answer: string, type: string, answers: readonly string[]) =>
      (await score([{ item: { ...first(items), answers, facts: { type } }, answer }], {})).score;
    // Stop words count for nothing, nor do words that are near to none; equal words are near whatever they are.
    assert.equal(await scoreOf('The dogs', 'DO', ['a dog']), 1);
    assert.equal(await scoreOf('happily the puppy.', 'DO', ['dog', 'puppy']), 1);
    const near = await scoreOf('cat', 'DO', ['dog']);
    assert.ok(near > 0.7 && near < 1, `${near}`);
    assert.equal(await scoreOf('quickly', 'DO', ['dog']), 0);
    assert.equal(await scoreOf('', 'DO', ['dog']), 0);
    assert.equal(await scoreOf('The two', 'DC', ['two']), 1);
    assert.equal(await scoreOf('three', 'DC', ['two']), 0);
    await writeFile(
      join(data, 'val.csv'),
      'video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n4010069381,369,640,480,how,2,6,CH,a,b,"c, d",e,f\n',
    );
    assert.deepEqual(first(await itemsOf('nextqa', data, 'val')).answers, ['c, d']);
  });

  it('find the part of a video before the whole of it', async () => {
    const data = await written('ivqa');
    const whole = join(data, 'video/testUkeGrV0');
    await putFrames(whole, 0);
    const part = `${whole}_0_9`;
    assert.deepEqual(first(await itemsOf('ivqa', data, 'test')).media, { video: part, clip: [0, 9] });
    await rm(part, { recursive: true });
    assert.deepEqual(first(await itemsOf('ivqa', data, 'test')).media, { video: whole, clip: [0, 9] });
    await rm(whole, { recursive: true });
    const problems: Problem[] = [];
    assert.equal((await itemsOf('ivqa', data, 'test', problems)).length, 2);
    assert.match(problems[0]?.reason ?? '', /testUkeGrV0_0_9 does not exist, as a folder of frames or with/);
  });

  it('name ImageNet’s classes, and refuse numbers of WordNet without names', async () => {
    const data = await written('imagenet');
    assert.deepEqual(first(await itemsOf('imagenet', data, 'val')).choices, ['dog', 'tabby', 'bicycle']);
    await rm(join(data, 'LOC_synset_mapping.txt'));
    await assert.rejects(
      itemsOf('imagenet', data, 'val'),
      /by their number in WordNet alone .*classnames\.txt/,
    );
  });

  it('stem answers to OK-VQA as OpenFlamingo does, and say what that needs', async () => {
    const { afterwards } = benchmarkOf('ok-vqa');
    await assert.rejects(
      afterwards?.['open-flamingo']?.open({}) ?? Promise.resolve(),
      /give --nltk-data, the folder nltk_data, or --protocol paper/,
    );
  });

  it('make of an answer what OpenFlamingo does', async () => {
    const short = await benchmarkOf('vqav2').afterwards?.['open-flamingo']?.open({});
    assert.equal(short?.(' red, or blue Question:'), 'red');
    assert.equal(short?.('two Short answer:'), 'two');
    const caption = await benchmarkOf('coco').afterwards?.['open-flamingo']?.open({});
    assert.equal(caption?.(' a "cat" Output:a dog'), 'a cat');
  });

  it('tell two benchmarks’ files apart, and refuse what is no file of annotations', async () => {
    const data = await written('coco');
    const file = join(data, 'dataset_coco.json');
    const refused = async (content: string | Buffer, pattern: RegExp) => {
      await writeFile(file, content);
      await assert.rejects(itemsOf('coco', data, 'test'), pattern);
    };
    const { questions } = vqaData([1, 2], 3);
    await refused(
      JSON.stringify({ questions }),
      /dataset_coco\.json is not as COCO's split 'test' has it \(it has no 'images'\): is it a file of another/,
    );
    await refused('{"images": []}', /\(its 'images' is empty\): is it a file of another/);
    await refused('{"images": 5}', /\(its 'images' is 5, and no list of entries\): is it/);
    await refused(
      JSON.stringify({ images: Array(200).fill({ file_name: 'a.jpg', id: 3 }) }),
      /'images' entry 0: its 'split' is .+ but .+ is expected/,
    );
    await refused('{"images": [{"split": "test"', /is not JSON, or is cut off/);
    await refused('', /is not JSON, or is cut off|no 'images'/);
    await refused(Buffer.from([0x7b, 0x22, 0xe9, 0x22]), /is not UTF-8 \(from byte 0 on\).*iconv/);
    await refused('['.repeat(3_000_000), /has a value of more than 1048576 bytes of one annotation/);
  });

  it('say of answers to other questions what is missing', async () => {
    const data = await written('ok-vqa');
    const { annotations } = vqaData([1, 2], 3);
    await putJson(join(data, 'mscoco_val2014_annotations.json'), { ...VQA_HEADER, annotations });
    await assert.rejects(
      itemsOf('ok-vqa', data, 'val'),
      /None of the 4 items of OK-VQA's split 'val' .* can be used \(question 2971470: .*annotations\.json has no answers to it\)/,
    );
  });

  it('read UTF-16 and a byte order mark', async () => {
    const data = await written('coco');
    const file = join(data, 'dataset_coco.json');
    const text = (await readFile(file, 'utf8')).replaceAll('A cat on a mat', 'Un café');
    for (const content of [Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from(`\ufeff${text}`)]) {
      await writeFile(file, content);
      const items = await itemsOf('coco', data, 'train');
      assert.equal(first(items).answers[0], 'Un café.');
    }
  });

  it('draw a sample that does not depend on order, of which a smaller one is part', async () => {
    const data = await written('vqav2');
    const draw = async (count: number) =>
      (
        await loadItems(benchmarkOf('vqav2'), {
          ...{ folder: data, split: 'val', count, salt: 'x', look: true },
          leftOut: () => assert.fail(),
        })
      ).map(({ id }) => id);
    const [two, four] = [await draw(2), await draw(4)];
    assert.equal(two.length, 2);
    assert.ok(two.every((id) => four.includes(id)));
    assert.deepEqual(four, four.toSorted());
  });
});
