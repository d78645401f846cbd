import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plainName } from '../../artifact/artifact-names.ts';
import type { Manifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { bfloat16Bits, float16Bits } from '../../artifact/weights/scalar.ts';
import { sparseCheckpoint } from '../../bench/support/sparse-checkpoint.ts';
import { type CompileOptions, compile } from '../../compiler/compile.ts';
import { relink } from '../../compiler/relink.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import type { Program } from '../../dsl/program/program.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { opt } from '../../models/opt/opt.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { Engine } from '../../runtime/worker/engine.ts';

const TOKENIZER = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));

function small(name = 'small'): Program {
  return flamingo({
    name,
    vision: clipVit({ image: 12, patch: 4, dim: 16, layers: 1, heads: 2 }),
    resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
    language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 300, contextLength: 64 }),
    crossAttention: { every: 1 },
  });
}

type Half = 'float32' | 'float16' | 'bfloat16';
const BITS = { float16: float16Bits, bfloat16: bfloat16Bits };

/** Values that halves of either kind hold exactly, so that all three dtypes give the same model. */
function tensorsOf(program: Program, dtype: Half, seed: number): TensorToWrite[] {
  return [...program.parameters].map(([name, parameter]) => {
    const values = initialValues(parameter, seed).map((value) => Math.round(value * 64) / 64);
    return {
      name,
      dtype,
      shape: parameter.shape,
      data: dtype === 'float32' ? values : Uint16Array.from(values, BITS[dtype]),
    };
  });
}

/** What this process has read from files so far, by the kernel's account; nothing where there is none. */
async function bytesRead(): Promise<number> {
  const account = await readFile('/proc/self/io', 'utf8').catch(() => 'rchar: 0');
  return Number(/rchar: (\d+)/.exec(account)?.[1]);
}

describe('weights that stay where they are', () => {
  let folder: string;
  let out: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linked-'));
    out = join(folder, 'artifact');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const options = (more: Partial<CompileOptions>): CompileOptions => ({
    out,
    source: 'small.ts',
    tokenizer: TOKENIZER,
    copyWeights: false,
    ...more,
  });
  const checkpoint = async (dtype: Half, seed = 7): Promise<string> => {
    const path = join(folder, `${dtype}-${seed}.safetensors`);
    await writeSafetensors(path, tensorsOf(small(), dtype, seed));
    return path;
  };
  const isLinked = (file: Manifest['files'][string] | undefined) => file !== undefined && 'header' in file;

  /** The latents of one made-up image. */
  async function latents(artifact: string): Promise<Float32Array> {
    const session = await onnxruntime.InferenceSession.create(join(artifact, 'vision.onnx'));
    try {
      const pixels = Float32Array.from({ length: 3 * 144 }, (_, index) => Math.sin(index));
      const { latents } = await session.run({
        pixels: new onnxruntime.Tensor('float32', pixels, [1, 1, 3, 12, 12]),
      });
      assert.ok(latents?.data instanceof Float32Array);
      return latents.data;
    } finally {
      await session.release();
    }
  }

  for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
    it(`points into a ${dtype} checkpoint, hard-linked, and computes what a copy computes`, async () => {
      const path = await checkpoint(dtype);
      const notes: string[] = [];
      const manifest = await compile(
        small(),
        options({ weights: [path], onNote: (note) => notes.push(note) }),
      );
      assert.deepEqual(notes, []);
      const name = `linked-${dtype}-7.safetensors`;
      assert.ok(isLinked(manifest.files[name]));
      assert.ok(!(await readdir(out)).includes('weights.safetensors'));
      assert.equal((await stat(join(out, name))).ino, (await stat(path)).ino);
      await openArtifact(out, { verify: true });

      const copied = join(folder, 'copied');
      const whole = await compile(small(), options({ out: copied, weights: [path], copyWeights: true }));
      assert.equal(
        (await openSafetensors(join(copied, 'weights.safetensors'))).tensor('perceiver.latents').dtype,
        dtype,
      );
      assert.equal(whole.parameters.bytes, manifest.parameters.bytes);
      const expected = await latents(copied);
      assert.ok(expected.some((value) => Math.abs(value) > 0.01));
      assert.deepEqual(await latents(out), expected);
    });
  }

  it('gives the same from float16, bfloat16 and float32 of the same values', async () => {
    const results: Float32Array[] = [];
    for (const dtype of ['float32', 'float16', 'bfloat16'] as const) {
      const artifact = join(folder, `of-${dtype}`);
      await compile(small(), options({ out: artifact, weights: [await checkpoint(dtype)] }));
      results.push(await latents(artifact));
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });

  it('links what a symbolic link points to, as in the cache of Hugging Face', async () => {
    const path = await checkpoint('float32');
    const named = join(folder, 'model.safetensors');
    await symlink(path, named);
    await compile(small(), options({ weights: [named] }));
    assert.equal((await stat(join(out, 'linked-model.safetensors'))).ino, (await stat(path)).ino);
    await latents(out);
  });

  it('copies, with a note, where the disk does not link', async function () {
    // The other disk: a file system in memory, where there is one.
    const other = await mkdtemp('/dev/shm/linked-').catch(() => undefined);
    if (other === undefined || (await stat(other)).dev === (await stat(folder)).dev) this.skip();
    try {
      const path = await checkpoint('float16');
      const notes: string[] = [];
      const there = join(other, 'artifact');
      const manifest = await compile(
        small(),
        options({ out: there, weights: [path], onNote: (note) => notes.push(note) }),
      );
      assert.match(
        notes.join('\n'),
        /float16-7\.safetensors cannot be hard-linked .*\(EXDEV\): its weights are copied\./,
      );
      assert.ok(!Object.values(manifest.files).some(isLinked));
      await compile(small(), options({ weights: [path] }));
      assert.deepEqual(await latents(there), await latents(out));
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it('copies weights that are small, so that nothing that happens to the checkpoint matters', async () => {
    const path = await checkpoint('float16');
    const manifest = await compile(small(), { ...options({ weights: [path] }), copyWeights: undefined });
    assert.ok(!Object.values(manifest.files).some(isLinked));
    // Python's onnx, from 1.21, takes no file of weights that has a second name.
    for (const name of await readdir(out)) assert.equal((await stat(join(out, name))).nlink, 1, name);
    const before = await latents(out);
    await writeSafetensors(path, tensorsOf(small(), 'float16', 8));
    await openArtifact(out, { verify: true });
    assert.deepEqual(await latents(out), before);
  });

  it('refuses to open, and to go on with, a model whose checkpoint was written to', async () => {
    const path = await checkpoint('float32');
    const manifest = await compile(small(), options({ weights: [path] }));
    await using engine = await Engine.open({ directory: out, verify: false, imageMemory: 0 });
    const ask = () => engine.generate([{ query: { text: 'a' } }], { maxNewTokens: 1 });
    await ask();
    // One number of one tensor, which no sample need have seen, in the file that both names stand for.
    const place = (await openSafetensors(path)).tensor('perceiver.latents').offset;
    const file = await open(path, 'r+');
    await file.write(Float32Array.of(0.25), 0, 4, place + 8);
    await file.close();
    const refusal =
      /linked-float32-7\.safetensors is a checkpoint that was written to .* 'flamingo relink'.* --copy-weights/;
    await assert.rejects(ask(), refusal);
    await assert.rejects(openArtifact(out), refusal);
    const relinked = await relink(out, manifest, { weights: [path], copyWeights: false });
    assert.deepEqual((await openArtifact(out)).manifest, relinked);
  });

  it('minds neither that the checkpoint gets another name or goes, nor that the artifact is copied', async () => {
    const path = await checkpoint('float32');
    await compile(small(), options({ weights: [path] }));
    const before = await latents(out);
    await rename(path, `${path}.old`);
    await openArtifact(out);
    await writeSafetensors(path, tensorsOf(small(), 'float32', 8));
    await rm(`${path}.old`);
    await openArtifact(out);
    const copy = join(folder, 'copy');
    await cp(out, copy, { recursive: true });
    await openArtifact(copy);
    assert.deepEqual(await latents(copy), before);
  });

  it('refuses a copy with a checkpoint of the same form and other numbers', async () => {
    const path = await checkpoint('float32');
    await compile(small(), options({ weights: [path] }));
    const linked = join(out, 'linked-float32-7.safetensors');
    await rm(linked);
    await writeSafetensors(linked, tensorsOf(small(), 'float32', 8));
    await assert.rejects(openArtifact(out), /as its numbers differ: put that one back/);
  });

  it('finds in a sample what a training run that diverged has saved', async () => {
    const path = join(folder, 'diverged.safetensors');
    const tensors = tensorsOf(small(), 'float32', 1).map(({ data, ...tensor }, index) => ({
      ...tensor,
      data: index === 3 && data instanceof Float32Array ? data.map(() => Number.NaN) : data,
    }));
    await writeSafetensors(path, tensors);
    const broken = tensors[3]?.name ?? '';
    await assert.rejects(compile(small(), options({ weights: [path] })), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.ok(error.message.includes(`tensor '${broken}' holds NaN at element 0`), error.message);
      return true;
    });
    await assert.rejects(readdir(out), /ENOENT/);
  });

  it('links no file of which more has to be quantised than is used as it is', async () => {
    const path = await checkpoint('float32');
    const manifest = await compile(small(), options({ weights: [path], precision: 'int8' }));
    assert.ok(!Object.values(manifest.files).some(isLinked));
    const sum = Object.values(manifest.files).reduce((bytes, file) => bytes + file.bytes, 0);
    assert.ok(sum < manifest.parameters.bytes + 300_000, `${sum} for ${manifest.parameters.bytes}`);
    const float = await compile(small(), options({ weights: [path], replace: true }));
    assert.ok(Object.values(float.files).some(isLinked));
  });

  it('refuses an artifact whose linked checkpoint was replaced or cut', async () => {
    const path = await checkpoint('float32');
    await compile(small(), options({ weights: [path] }));
    const linked = join(out, 'linked-float32-7.safetensors');
    const bytes = await readFile(linked);
    const first = bytes.indexOf('perceiver.latents');
    bytes[first] = 'q'.charCodeAt(0);
    await rm(linked);
    await writeFile(linked, bytes);
    await assert.rejects(
      openArtifact(out),
      /is not the checkpoint that the model was compiled with.*flamingo relink/,
    );
    await truncate(linked, bytes.length - 1);
    await assert.rejects(openArtifact(out), /has \d+ bytes but \d+ are expected/);
  });

  it('relinks to weights of another dtype and back, without compiling again', async () => {
    const [single, half] = [await checkpoint('float32', 1), await checkpoint('float16', 2)];
    const manifest = await compile(small(), options({ weights: [single] }));
    const before = await latents(out);
    const relinked = await relink(out, manifest, { weights: [half], copyWeights: false });
    const { manifest: read } = await openArtifact(out, { verify: true });
    assert.deepEqual(read, relinked);
    assert.deepEqual((await readdir(out)).filter((name) => /linked|weights/.test(name)).map(plainName), [
      'linked-float16-2.safetensors',
    ]);
    const expected = join(folder, 'expected');
    await compile(small(), options({ out: expected, weights: [half] }));
    const changed = await latents(out);
    assert.notDeepEqual(changed, before);
    assert.deepEqual(changed, await latents(expected));
    await relink(out, relinked, { weights: [single], copyWeights: false });
    assert.deepEqual(await latents(out), before);
  });

  it('leaves an artifact as it was when new weights do not fit', async () => {
    const path = await checkpoint('float32');
    const manifest = await compile(small(), options({ weights: [path] }));
    const before = await latents(out);
    const [, ...rest] = tensorsOf(small(), 'float32', 1);
    const short = join(folder, 'short.safetensors');
    await writeSafetensors(short, rest);
    await assert.rejects(relink(out, manifest, { weights: [short] }), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /1 missing/);
      return true;
    });
    assert.deepEqual((await openArtifact(out)).manifest, manifest);
    assert.deepEqual(await latents(out), before);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('artifact')),
      ['artifact'],
    );
  });

  it('takes the seeded rest from its own file, and relinks a model that was drawn from a seed', async () => {
    const path = join(folder, 'part.safetensors');
    const tensors = tensorsOf(small(), 'float32', 3);
    await writeSafetensors(path, tensors.slice(0, 5));
    const manifest = await compile(small(), options({ weights: [path], seedMissing: true }));
    assert.equal(manifest.parameters.origin, 'mixed');
    assert.ok(isLinked(manifest.files['linked-part.safetensors']));
    assert.ok(manifest.files['weights.safetensors'] !== undefined);
    await latents(out);
    const relinked = await relink(out, manifest, { weights: [await checkpoint('float32')] });
    assert.equal(relinked.parameters.origin, 'loaded');
    assert.ok(!Object.keys(relinked.files).some((name) => plainName(name) === 'linked-part.safetensors'));
  });

  it('reads no weight of a sharded checkpoint: it takes no time, and no room', async () => {
    const shards = join(folder, 'shards');
    await mkdir(shards);
    // Sparse files: 1.1 GB of zeros that are not there. Whoever read them would have allocated them, or the time.
    const program = flamingo({
      name: 'large',
      vision: clipVit({ image: 28, patch: 14, dim: 64, layers: 1, heads: 1 }),
      language: opt({ dim: 2048, layers: 8, heads: 16, vocabulary: 32_000, contextLength: 64 }),
      crossAttention: { every: 8 },
    });
    await sparseCheckpoint(program, shards, 3e8);
    const before = await bytesRead();
    const manifest = await compile(program, options({ weights: [shards] }));
    assert.ok((await bytesRead()) - before < 2e7);
    assert.equal(manifest.parameters.origin, 'loaded');
    assert.ok(Object.values(manifest.files).filter(isLinked).length >= 4);
    assert.ok(manifest.parameters.bytes > 1e9);
    const { stdout } = await promisify(execFile)('du', ['-sk', folder]);
    assert.ok(Number.parseInt(stdout, 10) < 20_000, stdout);
  });
});
