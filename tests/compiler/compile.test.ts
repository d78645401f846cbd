import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestSchema } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { type CompileOptions, compile } from '../../compiler/compile.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import type { Program } from '../../dsl/program/program.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { opt } from '../../models/opt/opt.ts';

const TOKENIZER = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));

function small(): Program {
  return flamingo({
    name: 'small',
    vision: clipVit({ image: 12, patch: 4, dim: 16, layers: 1, heads: 2 }),
    resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
    language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 300, contextLength: 64 }),
    crossAttention: { every: 1 },
  });
}

/** The model's own weights, as somebody else would have stored them. */
function tensorsOf(program: Program): TensorToWrite[] {
  return [...program.parameters].map(([name, parameter]) => ({
    name,
    dtype: 'float32',
    shape: parameter.shape,
    data: initialValues(parameter, 7),
  }));
}

describe('compile', () => {
  let folder: string;
  let out: string;
  const options = (more: Partial<CompileOptions> = {}): CompileOptions => ({
    out,
    source: 'small.ts',
    tokenizer: TOKENIZER,
    ...more,
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compile-'));
    out = join(folder, 'artifact');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Nothing may be left of a run that failed: neither the artifact nor a half of it. */
  async function refuses(program: Program, more: Partial<CompileOptions>, sentence: RegExp): Promise<void> {
    const before = await readdir(folder);
    await assert.rejects(compile(program, options(more)), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, sentence);
      return true;
    });
    assert.deepEqual(await readdir(folder), before);
  }

  it('writes a folder whose manifest accounts for every file', async () => {
    await compile(small(), options());
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')));
    const files = (await readdir(out)).filter((name) => name !== 'manifest.json');
    assert.deepEqual(files.sort(), Object.keys(manifest.files).sort());
    for (const [name, file] of Object.entries(manifest.files)) {
      const content = await readFile(join(out, name));
      assert.equal(content.byteLength, file.bytes, name);
      assert.ok('sha256' in file);
      assert.equal(createHash('sha256').update(content).digest('hex'), file.sha256, name);
    }
    assert.equal(manifest.parameters.origin, 'seeded');
  });

  it('draws the same weights from the same seed, and others from another', async () => {
    const weights = async (name: string, seed: number) => {
      await compile(small(), options({ out: join(folder, name), seed }));
      return readFile(join(folder, name, 'weights.safetensors'));
    };
    const [one, same, other] = [await weights('one', 3), await weights('same', 3), await weights('other', 4)];
    assert.ok(one.equals(same));
    assert.ok(!one.equals(other));
  });

  it('loads weights from several files, and says that they are loaded', async () => {
    const program = small();
    const tensors = tensorsOf(program);
    const [first, second] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')];
    await writeSafetensors(first, tensors.slice(0, 5));
    await writeSafetensors(second, tensors.slice(5));
    const manifest = await compile(program, options({ weights: [first, second], copyWeights: true }));
    assert.equal(manifest.parameters.origin, 'loaded');
    const stored = await openSafetensors(join(out, 'weights.safetensors'));
    for (const tensor of tensors) assert.deepEqual(await stored.readFloat32(tensor.name), tensor.data);
  });

  it('lists missing, unexpected and mis-shaped weights all at once, with the nearest names', async () => {
    const program = small();
    const tensors = tensorsOf(program);
    const [first, second, third, ...rest] = tensors;
    assert.ok(first && second && third);
    const path = join(folder, 'wrong.safetensors');
    await writeSafetensors(path, [
      { ...first, name: `${first.name}_old` },
      { ...second, shape: [1], data: new Float32Array(1) },
      ...rest,
    ]);
    const sentence = new RegExp(
      `2 missing[^]*${first.name} \\(nearest: ${first.name}_old\\)[^]*${third.name}[^]*1 unexpected[^]*${first.name}_old \\(nearest: ${first.name}\\)[^]*1 of another shape[^]*${second.name}: the model has`,
    );
    await refuses(program, { weights: [path] }, sentence);
  });

  it('draws what the files lack when asked to, and says so', async () => {
    const program = small();
    const path = join(folder, 'part.safetensors');
    await writeSafetensors(path, tensorsOf(program).slice(0, 3));
    await refuses(program, { weights: [path] }, /missing/);
    const manifest = await compile(program, options({ weights: [path], seedMissing: true }));
    assert.equal(manifest.parameters.origin, 'mixed');
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses a weight of ${value}, naming the tensor and the place`, async () => {
      const program = small();
      const tensors = tensorsOf(program);
      const last = tensors.findLast(({ shape }) => shape.length === 2);
      assert.ok(last?.data instanceof Float32Array);
      last.data[2] = value;
      const path = join(folder, 'broken.safetensors');
      await writeSafetensors(path, tensors);
      await refuses(
        program,
        { weights: [path], copyWeights: true },
        new RegExp(`'${last.name}' holds ${value} at element 2`),
      );
    });
  }

  it('refuses a weight file that is cut short', async () => {
    const program = small();
    const path = join(folder, 'short.safetensors');
    await writeSafetensors(path, tensorsOf(program));
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 100));
    await refuses(program, { weights: [path] }, /short\.safetensors/);
  });

  it('refuses a missing tokenizer and a missing weight file', async () => {
    await refuses(small(), { tokenizer: join(folder, 'none.json') }, /none\.json/);
    await refuses(
      small(),
      { weights: [join(folder, 'none.safetensors')] },
      /none\.safetensors does not exist/,
    );
  });

  it('refuses what is no tokenizer before it looks at weights', async () => {
    const lacking = { weights: [join(folder, 'none.safetensors')] };
    const path = join(folder, 'tokenizer.json');
    for (const [content, sentence] of [
      ['{"model": {', /tokenizer\.json is not JSON: give a tokenizer\.json/],
      ['', /tokenizer\.json is not JSON/],
      ['{"model_type": "opt"}', /tokenizer\.json is not a tokenizer\.json; save/],
      ['{"model": {"vocab": {"a": -1}}}', /tokenizer\.json is not a tokenizer\.json; save/],
      ['[]', /tokenizer\.json is not a tokenizer\.json; save/],
    ] as const) {
      await writeFile(path, content);
      await refuses(small(), { ...lacking, tokenizer: path }, sentence);
      await refuses(
        small(),
        { ...lacking, tokenizer: Buffer.from(content) },
        /^The tokenizer of 'small' is not /,
      );
    }
    await refuses(small(), { ...lacking, tokenizer: join(folder, 'no.json') }, /no\.json could not be read/);
    await refuses(small(), { ...lacking, tokenizer: folder }, /is not a file, but a folder/);
  });

  it('replaces an artifact only when told to, and no other folder ever', async () => {
    await compile(small(), options());
    await refuses(small(), {}, /already holds a compiled model/);
    await compile(small(), options({ replace: true, seed: 1 }));
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')));
    assert.equal(manifest.parameters.seed, 1);

    await writeFile(join(folder, 'letter.txt'), 'dear');
    await assert.rejects(compile(small(), options({ out: folder, replace: true })), /holds other files/);
    await assert.rejects(
      compile(small(), options({ out: join(folder, 'letter.txt'), replace: true })),
      /is a file/,
    );
    assert.equal(await readFile(join(folder, 'letter.txt'), 'utf8'), 'dear');
  });

  it('compiles graphs without values', async () => {
    const manifest = await compile(small(), options({ weights: 'none' }));
    assert.equal(manifest.parameters.origin, 'none');
    assert.ok(!(await readdir(out)).includes('weights.safetensors'));
  });
});
