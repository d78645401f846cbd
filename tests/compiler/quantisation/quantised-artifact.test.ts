import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../../../artifact/weights/safetensors.ts';
import { compile } from '../../../compiler/compile.ts';
import { relink } from '../../../compiler/relink.ts';
import type { StoredParameter } from '../../../compiler/stored-parameter.ts';
import { initialValues } from '../../../compiler/weights/store/initialise.ts';
import { storageAs } from '../../../compiler/weights/store/weight-storage.ts';
import { writeWeights } from '../../../compiler/weights/store/write-weights.ts';
import type { Precision } from '../../../dsl/precision.ts';
import type { Program } from '../../../dsl/program/program.ts';
import { clipVit } from '../../../models/clip/clip-vit.ts';
import { flamingo } from '../../../models/flamingo/flamingo.ts';
import { gpt2 } from '../../../models/gpt2/gpt2.ts';
import { opt } from '../../../models/opt/opt.ts';
import type { LanguageModel } from '../../../models/shared/language-model.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import { picture, TOKENIZER } from '../../runtime/compiled-model.ts';

const sizes = { dim: 64, layers: 2, heads: 4, vocabulary: 261, contextLength: 64 };
/** GPT-2 keeps its weights as [in, out]. */
const LANGUAGES = { opt: () => opt(sizes), 'GPT-2': () => gpt2(sizes) } as const;

const small = (language: LanguageModel = opt(sizes)): Program =>
  flamingo({
    name: 'small',
    vision: clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 2 }),
    resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
    language,
    crossAttention: { every: 1 },
  });

for (const [family, language] of Object.entries(LANGUAGES)) {
  describe(`artifacts of every precision, on ${family}`, () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'precision-'));
    });
    after(() => rm(folder, { recursive: true }));

    const compiled = (precision: Precision, more: object = {}) =>
      compile(small(language()), {
        ...{
          out: join(folder, precision),
          source: 'small.ts',
          tokenizer: TOKENIZER,
          replace: true,
          precision,
        },
        ...more,
      });

    it('say how their weights are kept, are smaller, and answer nearly the same', async () => {
      const sizes: number[] = [];
      const scores: number[][] = [];
      for (const precision of ['float32', 'float16', 'int8', 'int4'] as const) {
        const { precision: recorded, parameters } = await compiled(precision);
        assert.equal(recorded.weights, precision);
        const counts = Object.values(recorded.kept).reduce((sum, count) => sum + count, 0);
        assert.equal(counts, parameters.count);
        assert.ok((recorded.kept[precision] ?? 0) > 0.6 * counts);
        sizes.push(parameters.bytes);
        await using model = await loadFlamingo(join(folder, precision));
        const prompt = { query: { image: picture('dog.jpg'), text: 'Output:' } };
        const choices = await model.score(prompt, ['a dog', 'a cat'], { normalise: 'none' });
        scores.push(choices.map(({ logLikelihood }) => logLikelihood));
      }
      assert.deepEqual(
        sizes,
        sizes.toSorted((a, b) => b - a),
      );
      const [exact = [], ...others] = scores;
      for (const [index, tolerance] of [0.01, 0.2, 2].entries()) {
        for (const [choice, score] of exact.entries())
          assert.ok(Math.abs((others[index]?.[choice] ?? Number.NaN) - score) < tolerance, `${scores}`);
      }
    });

    it('take other weights by relinking, quantised as compiling would', async () => {
      const program = small(language());
      const path = join(folder, 'other.safetensors');
      await writeSafetensors(
        path,
        [...program.parameters].map(([name, parameter]) => ({
          ...{ name, dtype: 'float32' as const, shape: parameter.shape },
          data: initialValues(parameter, 9),
        })),
      );
      for (const precision of ['int8', 'int4'] as const) {
        const seeded = await compiled(precision);
        const relinked = await relink(join(folder, precision), seeded, {
          weights: [path],
          copyWeights: true,
        });
        const direct = await compiled(precision, { weights: [path], copyWeights: true });
        assert.notDeepEqual(relinked.files['weights.safetensors'], seeded.files['weights.safetensors']);
        assert.deepEqual(relinked.files['weights.safetensors'], direct.files['weights.safetensors']);
        assert.deepEqual(relinked.precision, direct.precision);
      }
    });
  });
}

describe('int8 of a weight in whose rows one value outweighs the others', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'uneven-'));
  });
  after(() => rm(folder, { recursive: true }));

  const program = small(opt({ ...sizes, dim: 256, layers: 1 }));
  const name = 'language.layers.0.fc2.weight';

  /** The program's weights, with one value of each row of one of them a hundred times what it was. */
  async function write(path: string, isUneven: boolean): Promise<void> {
    await writeSafetensors(
      path,
      [...program.parameters].map(([each, parameter]) => {
        const values = initialValues(parameter, 3);
        const width = parameter.shape[1] ?? 1;
        if (isUneven && each === name)
          for (let place = 0; place < values.length; place += width) values[place + 5] = 2;
        return { name: each, dtype: 'float32' as const, shape: parameter.shape, data: values };
      }),
    );
  }

  it('is in blocks, and said, where the others have one scale a row; of other weights put in, it is said', async () => {
    const [uneven, even] = ['uneven', 'even'].map((each) => join(folder, `${each}.safetensors`));
    assert.ok(uneven !== undefined && even !== undefined);
    await write(uneven, true);
    await write(even, false);
    const notes: string[] = [];
    const counts: number[] = [];
    for (const path of [uneven, even]) {
      const options = { out: join(folder, 'model'), tokenizer: TOKENIZER, replace: true, weights: [path] };
      const manifest = await compile(program, {
        ...options,
        precision: 'int8',
        copyWeights: true,
        onNote: (note) => notes.push(note),
      });
      const { after } = manifest.graphs.language?.operators ?? {};
      counts.push(after?.['com.microsoft.MatMulNBits'] ?? 0);
      if (path === uneven) {
        await using model = await loadFlamingo(options.out);
        const prompt = { query: { image: picture('dog.jpg'), text: 'Output:' } };
        const [first] = await model.score(prompt, ['a dog', 'a cat'], { normalise: 'none' });
        assert.ok(Number.isFinite(first?.logLikelihood));
      } else {
        const told: string[] = [];
        await relink(options.out, manifest, { weights: [uneven], onNote: (note) => told.push(note) });
        assert.equal(told.filter((note) => note.includes(name)).length, 1, `${told}`);
      }
    }
    assert.deepEqual(counts, [1, 0]);
    assert.deepEqual(notes, [
      `In rows of ${name} one value outweighs the others by much: int8 has a scale for every few of their numbers instead of one a row, which holds better and is slower.`,
    ]);
  });
});

describe('quantising a large weight', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'large-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const SHAPE = [4096, 4096] as const;
  const WEIGHTS = SHAPE[0] * SHAPE[1];

  /** A float16 checkpoint of one weight, all zeros that take no room on the disk, but for one value. */
  async function sparse(place: number, bits: number): Promise<string> {
    const path = join(folder, 'sparse.safetensors');
    const header = JSON.stringify({
      weight: { dtype: 'F16', shape: SHAPE, data_offsets: [0, 2 * WEIGHTS] },
    }).padEnd(128);
    const file = await open(path, 'w');
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(128n);
    await file.write(Buffer.concat([start, Buffer.from(header)]));
    await file.write(Buffer.from([bits & 255, bits >> 8]), 0, 2, 136 + 2 * place);
    await file.truncate(136 + 2 * WEIGHTS);
    await file.close();
    return path;
  }

  async function quantise(path: string, onProgress: (done: number, total: number) => void) {
    const info = (more: object): StoredParameter => ({
      ...{ name: 'weight', dtype: 'float32', shape: SHAPE, trainable: true },
      initialiser: { kind: 'constant', value: 0 },
      ...more,
    });
    const weight = info({});
    const member = (name: string, dtype: string, shape: readonly number[]) =>
      info({ name, dtype, shape, quantised: { weight, format: 'int4', block: 32, member: name } });
    const file = await openSafetensors(path);
    return writeWeights(join(folder, 'out.safetensors'), {
      parameters: [member('values', 'uint8', [4096, 128, 16]), member('scales', 'float32', [4096, 128])],
      sources: new Map([['weight', { file, name: 'weight' }]]),
      seed: 0,
      storageOf: (parameter) => storageAs(parameter, parameter.dtype),
      onProgress,
    });
  }

  it('holds pieces of it in memory, in several threads, in its order', async () => {
    const place = 1234 * 4096 + 40;
    const path = await sparse(place, 0x4800);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const seen: number[] = [];
    const written = await quantise(path, (done) => {
      seen.push(done);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    });
    assert.ok(most < WEIGHTS, `${most} bytes were held at once, for ${2 * WEIGHTS} of the weight`);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
    assert.equal(seen.at(-1), WEIGHTS);
    const bytes = await readFile(join(folder, 'out.safetensors'));
    const values = written.tensors.get('values');
    const scales = written.tensors.get('scales');
    assert.ok(values && scales);
    // 8 is the farthest of its block, so it is the lowest number, -8, times -1.
    assert.equal(bytes[values.offset + place / 2], 0x80);
    assert.equal(bytes[values.offset + place / 2 + 1], 0x88);
    assert.equal(bytes.readFloatLE(scales.offset + 4 * (1234 * 128 + 1)), -1);
    assert.equal(bytes.readFloatLE(scales.offset + 4 * (1234 * 128 + 2)), 0);
  });

  it('refuses a value that is not a number, naming the tensor and the place', async () => {
    const path = await sparse(9_999_999, 0x7e00);
    await assert.rejects(
      quantise(path, () => {}),
      {
        name: 'UserError',
        message: /tensor 'weight' holds NaN at element 9999999/,
      },
    );
  });
});
