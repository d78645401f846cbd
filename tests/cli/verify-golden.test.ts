import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { readCaseFile } from '../../cli/verify/golden/case-file.ts';
import { readExpected } from '../../cli/verify/golden/expected-file.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

const WHOLE = 'tests/references/whole';
const CASE = join(WHOLE, 'llama-tied');

describe('flamingo verify, whole models', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  type Json = Record<string, unknown>;
  /** A golden reference's JSON with some of it changed. */
  const caseJson = async (change: (json: Json) => Json): Promise<string> =>
    JSON.stringify(change(JSON.parse(await readFile(join(CASE, 'case.json'), 'utf8'))));

  /** Its expected tensors with some of them changed. */
  const expected = async (
    path: string,
    change: (list: TensorToWrite[]) => TensorToWrite[],
  ): Promise<void> => {
    const file = await openSafetensors(join(CASE, 'expected.safetensors'));
    const list = await Promise.all(
      file.names.map(async (name) => ({ ...file.tensor(name), data: await file.read(name) })),
    );
    await writeSafetensors(path, change(list));
  };

  const refuses = (work: Promise<unknown>, sentence: RegExp) =>
    assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
      assert.match(error.message, sentence);
      return true;
    });

  it('agrees with every golden reference in a folder, and with the refusal that is right', async () => {
    const { code, stdout, stderr } = await flamingo('verify', WHOLE, '--json');
    const report = JSON.parse(stdout);
    assert.deepEqual(
      report.cases.flatMap((each: { problems: string[] }) => each.problems),
      [],
    );
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.equal(report.passed, true);
    const byName = Object.fromEntries(report.cases.map((each: { name: string }) => [each.name, each]));
    const { largestError, prefill, batch, steps, greedyTokens, beams, ran } = byName['llama-tied'];
    assert.ok(largestError > 0 && largestError < 1e-5, `${largestError}`);
    for (const { error } of [prefill, batch, steps]) assert.ok(error < 1e-3);
    assert.deepEqual({ greedyTokens, beams, ran }, { greedyTokens: 48, beams: 6, ran: true });
    assert.match(byName['refused-family-unknown'].refused, /^error: .*model_type 'mamba'/);
    for (const each of report.cases)
      if (each.refused === undefined)
        assert.ok(each.largestError < 1e-5, `${each.name}: ${each.largestError}`);
  });

  it('prints a line for each, and says no to what differs, with a sentence for each difference', async () => {
    const other = join(folder.path, 'other');
    await cp(CASE, other, { recursive: true });
    await writeFile(
      join(other, 'case.json'),
      await caseJson((json) => ({ ...json, cli: { ...Object(json.cli), text: 'no' } })),
    );
    await expected(join(other, 'expected.safetensors'), (list) =>
      list.map((tensor) => {
        if (tensor.name !== 'logits.1' || !(tensor.data instanceof Float32Array)) return tensor;
        return { ...tensor, data: tensor.data.with(5, (tensor.data[5] ?? 0) + 0.5) };
      }),
    );
    const { code, stdout, stderr } = await flamingo('verify', join(WHOLE, 'refused-family-unknown'), other);
    assert.equal(stderr, '');
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^case +largest error +prefill +batch +steps +greedy +beams +run$/);
    assert.match(lines[1] ?? '', /^refused-family-unknown +refused +✓$/);
    assert.match(lines[2] ?? '', /^other +\d\.\de-\d .* ✗$/);
    assert.match(
      lines[3] ?? '',
      /^✗ other: log-probabilities differ by 5\.00e-1, where \S+ passes \(prompt 1 alone, place 0, token 5: \S+ instead of \S+\)\.$/,
    );
    assert.match(lines[4] ?? '', /^✗ other: flamingo run answers ".+" instead of "no"\.$/);
    assert.equal(lines[5], '1 of 2 verified');
    assert.equal(lines.length, 6);
    assert.equal(code, 1);
  });

  it('passes with a tolerance what is near enough, and refuses to compare gradients of whole models', async () => {
    const near = join(folder.path, 'near');
    await cp(CASE, near, { recursive: true });
    await writeFile(join(near, 'case.json'), await caseJson(({ cli: _, ...json }) => json));
    await expected(join(near, 'expected.safetensors'), (list) =>
      list
        .flatMap((tensor) => {
          if (!tensor.name.startsWith('logits')) return [];
          return tensor.data instanceof Float32Array
            ? { ...tensor, data: tensor.data.map((value) => value * 1.01) }
            : tensor;
        })
        .concat(list.filter(({ name }) => name === 'pixels')),
    );
    assert.equal((await flamingo('verify', near)).code, 1);
    const { code, stdout } = await flamingo('verify', near, '--tolerance', '0.02', '--fusion', 'off');
    assert.match(stdout, /1 of 1 verified/);
    assert.equal(code, 0);
    const gradients = await flamingo('verify', near, '--gradients');
    assert.match(gradients.stderr, /--gradients compares blocks/);
    assert.equal(gradients.code, 2);
  });

  it('says no when what was to be refused is compiled, and when what was to be compiled is refused', async () => {
    const taken = join(folder.path, 'taken');
    await cp(CASE, taken, { recursive: true });
    await writeFile(
      join(taken, 'case.json'),
      await caseJson(({ compile }) => ({ compile, refusal: 'not known' })),
    );
    const refused = join(folder.path, 'refused');
    await cp(CASE, refused, { recursive: true });
    const config = {
      ...JSON.parse(await readFile(join(CASE, 'language/config.json'), 'utf8')),
      model_type: 'mamba',
    };
    await writeFile(join(refused, 'language/config.json'), JSON.stringify(config));
    const { code, stdout } = await flamingo('verify', taken, refused);
    assert.match(stdout, /✗ taken: it was compiled, though a refusal like \/not known\/ was expected\./);
    assert.match(stdout, /✗ refused: it was refused: error: .*model_type 'mamba'.*\n0 of 2 verified/);
    assert.equal(code, 1);
  });

  it('tells a folder that is no golden reference from one that differs', async () => {
    await folder.write('empty/readme.md', 'nothing');
    const { code, stdout, stderr } = await flamingo('verify', join(folder.path, 'empty'));
    assert.match(
      stderr,
      /empty has no case\.json, nor has a folder in it; give the folder of a golden reference/,
    );
    assert.equal(stdout, '0 of 1 verified\n');
    assert.equal(code, 3);
  });

  it('says what is wrong with case.json, a sentence for each mistake', async () => {
    const refusesCase = async (change: (json: Json) => Json, sentence: RegExp) => {
      await folder.write('wrong/case.json', await caseJson(change));
      await refuses(readCaseFile(join(folder.path, 'wrong')), sentence);
    };
    await refusesCase(
      (json) => ({
        ...json,
        prompts: [[1, -1]],
        steps: 'none',
        special: { image: 41, padding: 42, end_of_chunk: 40 },
      }),
      /case\.json: prompts\.0\.1 is -1, but a token id, a whole number from 0 was expected\.\n.*: steps is "none", but a list of steps, each with a token for every prompt was expected\.\n.*special\.end_of_chunk is not known; known are image, endOfChunk/,
    );
    await refusesCase(
      ({ compile: _, ...json }) => json,
      /: compile is missing, but the words of a command line, as a list was expected/,
    );
    await refusesCase(
      (json) => ({ ...json, compile: ['model', '--out', 'x'] }),
      /compile has --out, which flamingo verify sets/,
    );
    await refusesCase(
      (json) => ({ ...json, images: [[0]] }),
      /images has 1 lists for 4 prompts; give one for each/,
    );
    await refusesCase((json) => ({ ...json, steps: [[1, 2]] }), /steps\.0 has 2 tokens for 4 prompts/);
    await refusesCase(
      (json) => ({ ...json, refusal: '(' }),
      /refusal is "\(", but a regular expression was expected/,
    );
    await refusesCase((json) => ({ ...json, refusals: 'x' }), /refusals is not known; refusal may be meant/);
    await refusesCase(
      ({ steps, ...json }) => ({ ...json, step: steps }),
      /steps is missing, but a list of steps/,
    );
    await folder.write('wrong/case.json', '{');
    await refuses(readCaseFile(join(folder.path, 'wrong')), /case\.json is not JSON/);
    await folder.write('wrong/case.json', await caseJson((json) => ({ ...json, author: 'somebody' })));
    assert.deepEqual(
      (await readCaseFile(join(folder.path, 'wrong'))).notes.map((note) => note.replace(/.*: /, '')),
      ['author is not compared.'],
    );
  });

  it('says what is wrong with expected.safetensors', async () => {
    const { outputs } = await readCaseFile(CASE);
    assert.ok(outputs);
    const path = join(folder.path, 'expected.safetensors');
    const refusesTensors = async (change: (list: TensorToWrite[]) => TensorToWrite[], sentence: RegExp) => {
      await expected(path, change);
      await refuses(readExpected(folder.path, outputs), sentence);
    };
    const without = (name: string) => (list: TensorToWrite[]) =>
      list.filter((tensor) => tensor.name !== name);
    const renamed = (from: string, to: string) => (list: TensorToWrite[]) =>
      list.map((tensor) => (tensor.name === from ? { ...tensor, name: to } : tensor));
    await refusesTensors(without('logits.2'), /lacks the tensor logits\.2/);
    await refusesTensors(without('beam.1.scores'), /lacks the tensor beam\.1\.scores/);
    await refusesTensors(
      renamed('greedy', 'gready'),
      /has the unknown tensor gready; known are pixels, logits\.N/,
    );
    await refusesTensors(renamed('beam.1.scores', 'beam.9.scores'), /unknown tensor beam\.9\.scores/);
    await refusesTensors(
      (list) =>
        list.map((tensor) =>
          tensor.name === 'logits.2' ? { ...tensor, shape: tensor.shape.toReversed() } : tensor,
        ),
      /logits\.2 is \[43, 6\], but \[6, …\], a row for each token of the prompt and each step, was expected/,
    );
    await refusesTensors(
      (list) =>
        list.map((tensor) =>
          tensor.name === 'logits.0' && tensor.data instanceof Float32Array
            ? { ...tensor, data: tensor.data.with(3, Number.NaN) }
            : tensor,
        ),
      /value 3 of logits\.0 is NaN, with which nothing can be compared/,
    );
    await expected(path, (list) => list);
    await refuses(
      readExpected(folder.path, { ...outputs, images: [[9], [], [], []] }),
      /pixels has 4 pictures, but prompt 0 sees picture 9/,
    );
    await refuses(
      readExpected(folder.path, { ...outputs, frames: 2 }),
      /pixels is \[4, 3, 14, 14\], but \[pictures, 2, 3, size, size\] was expected/,
    );
    assert.equal((await readExpected(folder.path, outputs)).beams.length, 2);
    await refusesTensors(without('pixels'), /lacks the tensor pixels/);
    const blind = { ...outputs, images: outputs.images.map(() => []) };
    assert.deepEqual((await readExpected(folder.path, blind)).pictures, []);
  });
});
