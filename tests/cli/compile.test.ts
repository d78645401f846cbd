import assert from 'node:assert/strict';
import { access, appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

/** The smallest model there is, by an author who has installed nothing but the command line. */
const MODEL = `import { clipVit, flamingo, opt } from 'flamingo-onnx';

/** Sees a little. */
export default flamingo({
  name: 'small',
  vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
  resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
  language: opt({ dim: 32, layers: 2, heads: 4, vocabulary: 261, contextLength: 64, activation: 'gelu' }),
  crossAttention: { every: 1 },
});
`;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('flamingo compile and inspect', () => {
  let folder: AuthorFolder;
  let model: string;
  let out: string;
  before(async () => {
    folder = await authorFolder();
    model = await folder.write('small.ts', MODEL);
    out = join(folder.path, 'small');
    const { code, stderr } = await flamingo('compile', model, '--out', out, '--seed', '3');
    assert.equal(code, 0, stderr);
  });
  after(() => folder.remove());

  const fails = async (words: readonly string[], expected: number, message: RegExp) => {
    const { code, stdout, stderr } = await flamingo(...words);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n +at /);
    assert.equal(stdout, '');
    assert.equal(code, expected);
  };

  it('writes a whole artifact and says what it is', async () => {
    for (const file of [
      'manifest.json',
      'vision.onnx',
      'language.onnx',
      'weights.safetensors',
      'tokenizer.json',
      'client.mjs',
    ]) {
      assert.ok(await exists(join(out, file)), file);
    }
    const { code, stdout } = await flamingo('inspect', out);
    assert.equal(code, 0);
    assert.match(stdout, /drawn from a seed, not trained/);
    assert.match(stdout, /one image +\d/);
    assert.match(stdout, /FusedMatMul/);
  });

  it('gives no tick to weights that it links and does not read, and says what that means', async () => {
    const weights = join(out, 'weights.safetensors');
    const linked = join(folder.path, 'linked');
    const words = ['compile', model, '--weights', weights, '--no-copy-weights', '--out', linked];
    const { code, stdout, stderr } = await flamingo(...words);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /✓/);
    assert.match(stdout, /^small -> .* s, weights not checked\n/);
    const sentence =
      /hard links to the checkpoint: linked-weights\.safetensors, .* sample .*Python's onnx refuses/;
    assert.match(stdout, sentence);
    const inspected = await flamingo('inspect', linked, '--json');
    assert.deepEqual(JSON.parse(inspected.stdout).weights, {
      ...{ checked: false, hardLinked: ['linked-weights.safetensors'], cloned: [] },
    });
    assert.match(
      (await flamingo('relink', linked, '--weights', weights, '--copy-weights')).stdout,
      /^✓ small/,
    );
  });

  it('inspects as JSON', async () => {
    const { stdout } = await flamingo('inspect', out, '--json');
    const facts = JSON.parse(stdout);
    assert.equal(facts.model.name, 'small');
    assert.equal(facts.parameters.seed, 3);
    // Keys and values, float32, 2 layers of 4 heads x 8; and of 4 latents for an image.
    assert.deepEqual(facts.cache, { bytesPerToken: 2 * 4 * 2 * 32, bytesPerImage: 2 * 4 * 2 * 32 * 4 });
    assert.equal(facts.work.length, 4);
    for (const { multiplyAdds } of facts.work) assert.ok(multiplyAdds > 0);
  });

  it("names the graph's values after the author's", async () => {
    const graph = await readFile(join(out, 'vision.onnx'), 'latin1');
    assert.match(graph, /perceiver/);
  });

  it('uses plain operators alone without fusion, and compiles graphs without weights', async () => {
    const plain = join(folder.path, 'plain');
    const { code, stdout, stderr } = await flamingo(
      'compile',
      model,
      '--out',
      plain,
      '--fusion',
      'off',
      '--weights',
      'none',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /graphs cannot run/);
    assert.ok(!(await exists(join(plain, 'weights.safetensors'))));
    assert.doesNotMatch(
      await readFile(join(plain, 'language.onnx'), 'latin1'),
      /FusedMatMul|SkipLayerNormalization|MultiHeadAttention/,
    );
    const inspected = await flamingo('inspect', plain);
    assert.equal(inspected.code, 0, inspected.stderr);
    assert.match(inspected.stdout, /none: compiled without values/);
  });

  it('keeps weights in another precision and says what that cost', async () => {
    const prompts = await folder.write(
      'prompts.jsonl',
      [
        JSON.stringify({ image: resolve('tests/images/dog.jpg'), text: 'Output: a dog' }),
        JSON.stringify({ image: 'missing.png', text: 'Output: a cat' }),
        JSON.stringify({ text: 'Once upon a time', answers: ['there was'] }),
      ].join('\n'),
    );
    const words = ['compile', model, '--out', join(folder.path, 'int4'), '--precision', 'int4', '--json'];
    const { code, stdout, stderr } = await flamingo(...words, '--calibrate', prompts);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /prompts\.jsonl line 2 is left out/);
    const { weights, kept, calibration } = JSON.parse(stdout).precision;
    assert.equal(weights, 'int4');
    assert.ok(kept.int4 > kept.float32);
    assert.equal(calibration.prompts, 2);
    assert.ok(calibration.predictions > 30 && calibration.divergence > 0 && calibration.agreement <= 1);
    const inspected = await flamingo('inspect', join(folder.path, 'int4'));
    assert.match(inspected.stdout, /precision +int4: int4 [\d.]+ %, float32 [\d.]+ %/);
    assert.match(inspected.stdout, /mean KL divergence +[\d.e-]+ nats/);
    assert.ok(!(await readdir(folder.path)).some((name) => name.startsWith('.calibration')));
  });

  it('does not replace a model unless forced', async () => {
    await fails(['compile', model, '--out', out], 3, /already holds a compiled model; add --force/);
    const forced = await flamingo('compile', model, '--out', out, '--force', '--seed', '3');
    assert.equal(forced.code, 0, forced.stderr);
  });

  it('shows type errors in their lines and leaves nothing behind', async () => {
    const broken = await folder.write('broken.ts', MODEL.replace("name: 'small'", 'name: 3'));
    const target = join(folder.path, 'broken');
    await fails(
      ['compile', broken, '--out', target],
      3,
      /broken\.ts:5:3\n +\|\n5 \| {3}name: 3,\n +\| {3}\^\^\^\^/,
    );
    assert.ok(!(await exists(target)));
  });

  it('shows mistakes found while building in one sentence', async () => {
    const broken = await folder.write(
      'heads.ts',
      MODEL.replace('every: 1', "every: 9, insertion: 'from-nth'"),
    );
    await fails(['compile', broken], 3, /every 9 layers .* misses all 2 layers/);
  });

  it('refuses bad input in one sentence', async () => {
    await fails(['compile', join(folder.path, 'none.ts')], 3, /There is no model file/);
    await fails(
      ['compile', await folder.write('empty.ts', 'export const a = 1;\n')],
      3,
      /has no default export; it exports a/,
    );
    await fails(['compile', model, '--export', 'other'], 3, /has no export 'other'/);
    await fails(
      ['compile', model, '--weights', 'none.safetensors', '--out', join(folder.path, 'x')],
      3,
      /none\.safetensors does not exist/,
    );
    await fails(
      ['compile', model, '--weights', model, '--out', join(folder.path, 'x')],
      3,
      /is not a weight file; expected a safetensors file/,
    );
    await fails(
      ['compile', model, '--tokenizer', join(folder.path, 'none.json')],
      3,
      /none\.json cannot be read/,
    );
    const other = await folder.write(
      'other-tokens.ts',
      MODEL.replace('crossAttention:', "tokens: { padding: '<other>' },\n  crossAttention:"),
    );
    await fails(['compile', other], 3, /No tokenizer was given, .*<other>.*--tokenizer\./);
    const small = await folder.write('few.ts', MODEL.replace('vocabulary: 261', 'vocabulary: 200'));
    await fails(['compile', small], 3, /tokens, but the model's vocabulary has 200/);
    const large = await folder.write('many.ts', MODEL.replace('vocabulary: 261', 'vocabulary: 300'));
    await fails(
      ['compile', large, '--weights', 'trained.safetensors'],
      3,
      /No tokenizer was given for the weights, .*261 tokens .*has 300: .*--tokenizer\./,
    );
  });

  it('keeps text in a static cache where it is asked to, and says so', async () => {
    const kept = join(folder.path, 'kept');
    const words = ['--static-cache', '48', '--weights', 'none'];
    const { code, stderr } = await flamingo('compile', model, '--out', kept, ...words);
    assert.equal(code, 0, stderr);
    const inspected = await flamingo('inspect', kept);
    assert.match(inspected.stdout, /cache +.*, static: 48 tokens, 24\.6 KB a row/);
    const { stdout } = await flamingo('diff', out, kept);
    assert.match(stdout, /language\.cacheLength/);
    await fails(
      ['compile', model, '--out', kept, '--static-cache', '65'],
      3,
      /static cache was to hold 65 tokens, but the model's context has 64: give a length of at most that\.$/m,
    );
    await fails(
      ['compile', model, '--out', kept, '--static-cache', '0'],
      2,
      /'--static-cache <tokens>' argument '0'/,
    );
  });

  it('refuses a precision that there is not, and prompts that cannot be compared', async () => {
    await fails(
      ['compile', model, '--precision', 'int3'],
      2,
      /--precision.*int3.*float32, float16, int8, int4/s,
    );
    await fails(['compile', model, '--calibrate', 'none.jsonl'], 3, /none\.jsonl cannot be read/);
    await fails(
      ['compile', model, '--calibrate', 'none.jsonl', '--weights', 'none'],
      3,
      /--calibrate runs the model/,
    );
  });

  it('refuses a damaged artifact in one sentence', async () => {
    await fails(['inspect', folder.path], 3, /has no manifest\.json/);
    const damaged = join(folder.path, 'damaged');
    assert.equal((await flamingo('compile', model, '--out', damaged)).code, 0);
    const graph = join(damaged, 'vision.onnx');
    const bytes = await readFile(graph);
    bytes[100] = (bytes[100] ?? 0) ^ 255;
    await writeFile(graph, bytes);
    await fails(['inspect', damaged], 3, /vision\.onnx is not the file that was compiled/);
    await appendFile(graph, 'more');
    await fails(['inspect', damaged], 3, /vision\.onnx has \d+ bytes but \d+ are expected/);
    await rm(graph);
    await fails(['inspect', damaged], 3, /vision\.onnx is missing/);
    await writeFile(join(damaged, 'manifest.json'), '{');
    await fails(['inspect', damaged], 3, /manifest\.json is not JSON/);
  });

  it('shows the stack when asked to', async () => {
    const { stderr } = await flamingo('compile', join(folder.path, 'none.ts'), '--debug');
    assert.match(stderr, /\n +at /);
  });
});
