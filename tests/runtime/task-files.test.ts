import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import { type FlamingoModel, loadFlamingo } from '../../runtime/index.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compiledModel, picture, smallModel, TOKENIZER } from './compiled-model.ts';

const EXAMPLES = {
  shots: [
    { image: picture('dog.jpg'), text: 'Output:a dog' },
    { image: picture('bicycle.png'), text: 'Output:two wheels' },
  ],
} as const;
const QUERY = { image: picture('cat.png'), text: 'Output:' };
const ENTRY = 'flamingo-task';

const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
  assert.rejects(promise, oneSentence(sentence));

/** The tensors of a file, as they are written. */
async function tensorsOf(path: string): Promise<{ tensors: TensorToWrite[]; description: string }> {
  const file = await openSafetensors(path);
  const tensors: TensorToWrite[] = [];
  for (const name of file.names) {
    const { dtype, shape } = file.tensor(name);
    tensors.push({ name, dtype, shape, data: await file.read(name) });
  }
  return { tensors, description: file.metadata.get(ENTRY) ?? '' };
}

describe('a task in a file', () => {
  let folder: string;
  let path: string;
  let model: FlamingoModel;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'task-files-'));
    path = join(folder, 'pets.task');
    model = await loadFlamingo(await compiledModel(), { threads: 1, cachedTokens: 520, keptTokens: 400 });
    await using task = await model.prepare(EXAMPLES);
    await task.save(path);
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The file with other tensors, or another description. */
  async function changed(
    tensors: (tensors: TensorToWrite[]) => readonly TensorToWrite[],
    describe: (description: string) => string = (description) => description,
  ): Promise<string> {
    const file = await tensorsOf(path);
    const other = join(folder, 'changed.task');
    await writeSafetensors(other, tensors(file.tensors), { [ENTRY]: describe(file.description) });
    return other;
  }

  it('answers as the task that was saved, and ranks the answers of its examples', async () => {
    await using task = await model.prepare(EXAMPLES);
    await using loaded = await model.loadTask(path);
    assert.equal(loaded.tokens, task.tokens);
    const expected = await task.generate(QUERY, { maxNewTokens: 8 });
    assert.deepEqual(await loaded.generate(QUERY, { maxNewTokens: 8 }), expected);
    const scores = await loaded.score(QUERY, { normalise: 'none' });
    assert.deepEqual(scores, await task.score(QUERY, { normalise: 'none' }));
    assert.deepEqual(
      scores.map(({ choice }) => choice),
      ['a dog', 'two wheels'],
    );
  });

  it('is read from its file again when it had to make room, unless that is another by then', async () => {
    const copy = join(folder, 'copy.task');
    await copyFile(path, copy);
    await using loaded = await model.loadTask(copy);
    const expected = await loaded.generate(QUERY, { maxNewTokens: 6 });
    const crowd = () => model.generate({ text: 'x'.repeat(200), media: [] }, { maxNewTokens: 50, beams: 2 });
    await crowd();
    assert.ok((await model.usage()).keptTokens < loaded.tokens);
    assert.deepEqual((await loaded.generate(QUERY, { maxNewTokens: 6 })).tokens, expected.tokens);
    await using other = await model.prepare({ shots: [{ text: 'another example with a longer text' }] });
    await other.save(copy);
    await crowd();
    await refuses(
      loaded.generate(QUERY),
      /copy\.task is another task than when it was loaded: load it again\.$/,
    );
    await rm(copy);
    await refuses(loaded.generate(QUERY), /copy\.task does not exist\.$/);
  });

  it('is refused by a model with other weights, of another name, in another precision, or with other pixels', async () => {
    const refusal = async (name: string, precision: 'float32' | 'float16', sentence: RegExp) => {
      const out = join(folder, `${name}-${precision}`);
      await compile(smallModel(name), { out, tokenizer: TOKENIZER, precision });
      await using other = await loadFlamingo(out, { threads: 1 });
      await refuses(other.loadTask(path), sentence);
    };
    await refusal(
      'small',
      'float32',
      /pets\.task was prepared by another model of the name 'small' in float32, with other weights or graphs: prepare the task again\.$/,
    );
    await refusal(
      'small',
      'float16',
      /pets\.task was prepared by the model 'small' in float32, but this is 'small' in float16: prepare the task again, or load that model\.$/,
    );
    await refusal('large', 'float32', /by the model 'small' in float32, but this is 'large' in float32/);
    await using pillow = await loadFlamingo(await compiledModel(), { threads: 1, pixels: 'pillow' });
    await refuses(
      pillow.loadTask(path),
      /was prepared with the pixels 'shown' but the model was loaded with 'pillow': load it with the others, or prepare the task again\.$/,
    );
    await using small = await loadFlamingo(await compiledModel(), { threads: 1, keptTokens: 9 });
    await refuses(
      small.loadTask(path),
      /has \d+ tokens but 9 are kept at most: load the model with a larger/,
    );
  });

  it('is refused in a sentence when it is damaged, whatever of it', async () => {
    const refused = async (other: Promise<string>, sentence: RegExp) =>
      refuses(model.loadTask(await other), sentence);
    const same = (tensors: TensorToWrite[]) => tensors;
    const edited = (from: RegExp, to: string) =>
      changed(same, (description) => {
        assert.match(description, from);
        return description.replace(from, to);
      });
    const otherValue = (name: string, value: number) =>
      changed((tensors) =>
        tensors.map((tensor) => {
          if (tensor.name !== name || !ArrayBuffer.isView(tensor.data)) return tensor;
          const data = tensor.data.slice();
          if (data instanceof BigInt64Array) data[3] = BigInt(value);
          else data[3] = value;
          return { ...tensor, data };
        }),
      );
    await refused(otherValue('key.1', 0.25), /is damaged \(its checksum is not that of what it holds\)/);
    await refused(otherValue('value.0', Number.NaN), /\(tensor "value\.0" holds NaN at element 3\)/);
    await refused(otherValue('tokens', 65), /is damaged/);
    await refused(
      changed((tensors) => tensors.filter(({ name }) => name !== 'key.2')),
      /has no tensor "key\.2"/,
    );
    await refused(
      changed((tensors) => tensors.filter(({ name }) => name !== 'tokens')),
      /it has 0 tokens/,
    );
    await refused(
      changed((tensors) => tensors.filter(({ name }) => !name.startsWith('picture.'))),
      /has no tensor "picture\.1\./,
    );
    await refused(
      changed((tensors) =>
        tensors.map((each) => (each.name === 'key.0' ? { ...each, shape: [1, ...each.shape] } : each)),
      ),
      /tensor "key\.0" is float32 \[1, 4, \d+, 8\], not float32 \[4, \d+, 8\]/,
    );
    await refused(
      changed((tensors) => [
        ...tensors,
        { name: 'more', dtype: 'float32', shape: [1], data: Float32Array.of(1) },
      ]),
      /it has a tensor "more", which is none of a task's/,
    );
    await refused(edited(/a dog/, 'a cat'), /is damaged/);
    await refused(edited(/"format":1/, '"format":2'), /has the format 2 of tasks but this version/);
    await refused(edited(/"pixels":"shown"/, '"pixels":"seen"'), /its "pixels" is not as expected/);
    await refused(edited(/^/, ' {'), /is not JSON/);
    await refused(edited(/"shots":\[.*?\]/, '"shots":[]'), /not as expected/);
    await refused(
      changed(same, () => ''),
      /is not JSON/,
    );
    await refused(
      changed(same, () => '"x'.repeat(600_000)),
      /at most 1048576/,
    );
    const plain = join(folder, 'plain.safetensors');
    await writeSafetensors(plain, (await tensorsOf(path)).tensors);
    await refuses(model.loadTask(plain), /plain\.safetensors is no prepared task: give a file that/);
    const whole = await readFile(path);
    await writeFile(plain, whole.subarray(0, whole.length - 10));
    await refuses(model.loadTask(plain), /the file may be cut short/);
    await refuses(model.loadTask(join(folder, 'nowhere')), /nowhere does not exist\.$/);
    await refuses(model.loadTask(folder), /is not a file, but a folder/);
    await refuses(Reflect.apply(model.loadTask, model, [42]), /The task's file is 42 but a text is expected/);
    await using loaded = await model.loadTask(path);
    assert.ok(loaded.tokens > 0);
  });

  it('is written whole or not at all', async () => {
    await using task = await model.prepare({ shots: [{ text: 'a' }] });
    const before = await readFile(path);
    await refuses(
      task.save(join(folder, 'no', 'x.task')),
      /x\.task cannot be written, as there is no folder .*no: make it first\.$/,
    );
    await refuses(task.save(folder), /is a folder, but a file was expected\.$/);
    if (process.getuid?.() !== 0) {
      await chmod(folder, 0o500);
      await refuses(task.save(path), /permission denied/).finally(() => chmod(folder, 0o700));
      assert.deepEqual(await readFile(path), before);
    }
    await task.close();
    await refuses(task.save(path), /^The task is closed: prepare it again\.$/);
    assert.deepEqual(await readFile(path), before);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('partial')),
      [],
    );
  });
});
