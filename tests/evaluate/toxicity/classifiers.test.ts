import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aroundText } from '../../../runtime/evaluate/toxicity/around-text.ts';
import { openClassifier } from '../../../runtime/evaluate/toxicity/open-classifier.ts';
import { logitsOf, writeTinyClassifier } from './tiny-classifier.ts';

const TEXTS = [
  'a cat',
  'a bad dog',
  'awful',
  '',
  'kill a cat',
  'nobody knows this',
  'a dog '.repeat(30).trim(),
];

function assertNear(actual: readonly number[] | undefined, expected: readonly number[], about: string): void {
  assert.equal(actual?.length, expected.length);
  for (const [place, value] of expected.entries()) {
    assert.ok(
      Math.abs((actual?.[place] ?? Number.NaN) - value) < 1e-5,
      `${about}: ${actual}, not ${expected}`,
    );
  }
}

describe('classifiers of toxic texts', () => {
  let folder: string;
  let exported: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toxicity-'));
    exported = join(folder, 'detoxify');
    await writeTinyClassifier(exported);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
  /** What remains of a text of which 14 tokens fit between those around it. */
  const cut = (text: string) => text.split(' ').slice(0, 14).join(' ');

  it('exported to ONNX score each label by itself, texts of any length side by side', async () => {
    await using classifier = await openClassifier(exported, {});
    assert.deepEqual([classifier.labels, classifier.toxic], [['toxic', 'threat'], 0]);
    assert.match(classifier.title, /^ONNX classifier .*detoxify, its label 'toxic'$/);
    const many = Array.from({ length: 10 }, () => TEXTS).flat();
    for (const [place, scores] of (await classifier.score(many)).entries()) {
      const text = many[place] ?? '';
      assertNear(scores, logitsOf(cut(text)).map(sigmoid), text);
    }
  });

  it('of which a text has one label score all labels together', async () => {
    const one = join(folder, 'one');
    for (const config of [{ problem_type: 'single_label_classification' }, { problem_type: null }]) {
      await writeTinyClassifier(one, { ...config, id2label: { 0: 'Toxic', 1: 'neutral' } });
      await using classifier = await openClassifier(one, {});
      for (const text of TEXTS) {
        const [first, second] = logitsOf(cut(text));
        const share = sigmoid(first - second);
        assertNear((await classifier.score([text]))[0], [share, 1 - share], text);
      }
      await rm(one, { recursive: true });
      await rm(`${one}.work`, { recursive: true });
    }
  });

  it('cut a text where their positions end, of which RoBERTa has two fewer', async () => {
    const like = join(folder, 'roberta');
    await writeTinyClassifier(like, { model_type: 'xlm-roberta' });
    await using classifier = await openClassifier(like, {});
    const text = `${'a '.repeat(11)}cat cat cat`;
    const kept = text.split(' ').slice(0, 12).join(' ');
    assertNear((await classifier.score([text]))[0], logitsOf(kept).map(sigmoid), text);
  });

  it('put around a text what their tokenizer says', () => {
    const pair = { sep: ['</s>', 2], cls: ['<s>', 0] };
    assert.deepEqual(aroundText({ type: 'RobertaProcessing', ...pair, trim_offsets: true }, 'f'), {
      before: [0],
      after: [2],
    });
    const sequence = {
      type: 'Sequence',
      processors: [{ type: 'ByteLevel' }, { type: 'BertProcessing', ...pair }],
    };
    assert.deepEqual(aroundText(sequence, 'f'), { before: [0], after: [2] });
    assert.deepEqual(aroundText(null, 'f'), { before: [], after: [] });
    assert.throws(
      () => aroundText({ type: 'Other' }, 'the file'),
      /^UserError: the file puts something around a text/,
    );
  });

  it('that are lists of words find these as words and phrases, and are called a baseline', async () => {
    const path = join(folder, 'words.txt');
    await writeFile(path, '# of ours\r\nbad\nAWFUL thing\n\n');
    await using classifier = await openClassifier(path, {});
    assert.match(classifier.title, /^word list \(a baseline\) .*words\.txt, 2 words and phrases$/);
    const found = await classifier.score([
      'a Bad, dog',
      'a badger',
      'an awful  thing.',
      'awful',
      '',
      'of ours',
    ]);
    assert.deepEqual(found.flat(), [1, 0, 1, 0, 0, 0]);
  });

  it('are refused in a sentence where they cannot be used', async () => {
    const broken = join(folder, 'broken');
    const refused = async (file: string, content: string | undefined, pattern: RegExp, options = {}) => {
      await cp(exported, broken, { recursive: true });
      if (content === undefined) await rm(join(broken, file));
      else await writeFile(join(broken, file), content);
      await assert.rejects(openClassifier(broken, options), (error) => {
        assert.ok(error instanceof Error && error.name === 'UserError', String(error));
        assert.match(error.message, pattern);
        return true;
      });
      await rm(broken, { recursive: true });
    };
    const config = JSON.parse(await readFile(join(exported, 'config.json'), 'utf8'));
    const changed = (more: object) => JSON.stringify({ ...config, ...more });
    await refused(
      'model.onnx',
      undefined,
      /has no model\.onnx, nor onnx\/model\.onnx: export the classifier/,
    );
    await refused('model.onnx', 'nothing', /ONNX Runtime refuses .*model\.onnx/);
    await refused('config.json', undefined, /config\.json .*give a folder with a text classifier/);
    await refused('config.json', '{', /config\.json is not JSON/);
    await refused('config.json', changed({ id2label: undefined }), /is not a classifier's \('id2label'/);
    await refused(
      'config.json',
      changed({ id2label: { 0: 'a', 2: 'b' } }),
      /2 labels .* not with the ids 0 to 1/,
    );
    const unnamed = changed({ id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } });
    await refused(
      'config.json',
      unnamed,
      /no label 'toxicity' or 'toxic' \(it has 'LABEL_0', 'LABEL_1'\): say by --toxic-label/,
    );
    await refused('config.json', unnamed, /no label 'LABEL_2'/, { toxicLabel: 'LABEL_2' });
    await refused('tokenizer.json', '{"model": {"type": "Unheard"}}', /tokenizer\.json cannot be used/);
    await assert.rejects(
      openClassifier(join(folder, 'nowhere'), {}),
      /nowhere does not exist: give as --classifier/,
    );
    const three = join(folder, 'three');
    await cp(exported, three, { recursive: true });
    await writeFile(join(three, 'config.json'), changed({ id2label: { 0: 'toxic', 1: 'b', 2: 'c' } }));
    await using classifier = await openClassifier(three, {});
    await assert.rejects(
      classifier.score(['a cat']),
      /gives 2 numbers a text, but .*config\.json names 3 labels/,
    );
    const empty = join(folder, 'empty.txt');
    await writeFile(empty, '\n# nothing\n');
    await assert.rejects(openClassifier(empty, {}), /empty\.txt has no words/);
  });
});
