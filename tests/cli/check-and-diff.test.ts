import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

const source = (dim: number, layers: number) => `import { gpt2, languageModel } from 'flamingo-onnx';
export default languageModel({
  name: 'alone',
  language: gpt2({ dim: ${dim}, layers: ${layers}, heads: 2, vocabulary: 261, contextLength: 64 }),
});
`;

describe('flamingo check and flamingo diff', () => {
  let folder: AuthorFolder;
  let model: string;
  let artifact: string;
  before(async () => {
    folder = await authorFolder();
    model = await folder.write('alone.ts', source(16, 2));
    artifact = join(folder.path, 'alone');
    const { code, stderr } = await flamingo('compile', model, '--out', artifact, '--precision', 'int4');
    assert.equal(code, 0, stderr);
  });
  after(() => folder.remove());

  it('checks a model without writing anything, and says how large it is', async () => {
    const before = await readdir(folder.path);
    const { code, stdout, stderr } = await flamingo('check', model, '--precision', 'int4', '--json');
    assert.equal(code, 0, stderr);
    const { model: name, parameters, precision, graphs } = JSON.parse(stdout);
    assert.equal(name, 'alone');
    assert.equal(parameters.count, 261 * 16 + 64 * 16 + 2 * (12 * 256 + 13 * 16) + 2 * 16);
    assert.ok(precision.kept.int4 > 0);
    assert.ok(graphs.language.operators.after['com.microsoft.MatMulNBits'] > 0);
    assert.deepEqual(await readdir(folder.path), before);
  });

  it('checks a recipe, and shows what is wrong with a file in its line', async () => {
    const { code, stdout, stderr } = await flamingo('check', 'models/recipes/copy.ts');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^✓ copy in .* s, not written\n59\.1 k parameters .*, 400 steps of text\n$/);
    const wrong = await folder.write('wrong.ts', source(15, 2));
    const refused = await flamingo('check', wrong);
    assert.match(refused.stderr, /heads = 2 does not divide dim = 15|heads.*dim.*15/);
    assert.match(refused.stderr, /wrong\.ts:4:/);
    assert.deepEqual([refused.code, refused.stdout], [3, '']);
  });

  it('finds no difference between a compiled model and its file but the precision', async () => {
    const { code, stdout, stderr } = await flamingo('diff', artifact, model, '--json');
    assert.equal(code, 1, stderr);
    const { built, facts, parameters, work } = JSON.parse(stdout);
    assert.deepEqual(built, [{ name: 'precision', a: 'int4', b: 'float32' }]);
    assert.deepEqual([facts, work], [[], []]);
    assert.ok(parameters.differing.length > 0);
    for (const { name, a, b } of parameters.differing) {
      const kept = /wte\.weight$/.test(name) ? 'float32 and int8' : 'int4';
      assert.deepEqual([a.kept, b.kept], [kept, 'float32']);
      assert.deepEqual(a.shape, b.shape);
    }
    const same = await flamingo('diff', model, model);
    assert.equal(same.stdout, '✓ alone and alone have the same parameters, graphs and facts\n');
    assert.equal(same.code, 0);
  });

  it('says what changed: facts, parameters, operators and work', async () => {
    const wider = await folder.write('wider.ts', source(32, 3));
    const { code, stdout, stderr } = await flamingo('diff', model, wider);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^options\.language\.dim +16 +32$/m);
    assert.match(stdout, /^language\.layers +2 +3$/m);
    assert.match(stdout, /^language\.wte\.weight +float32 \[261, 16\] +float32 \[261, 32\]$/m);
    assert.match(stdout, /^output new_key\.2 +- +float32 \[batch, 2, text, 16\]$/m);
    assert.match(stdout, /^prompt of 32 tokens +[\d.]+ [kM] +[\d.]+ [kM]$/m);
    assert.match(stdout, /^… and \d+ more, which --json has$/m);
    const missing = await flamingo('diff', model, 'nowhere.ts');
    assert.match(missing.stderr, /There is no model file nowhere\.ts/);
    assert.equal(missing.code, 3);
  });
});
