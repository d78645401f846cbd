import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { openWeights } from '../../compiler/weights/read/open-weights.ts';
import { zipEntries } from '../../compiler/weights/read/zip-entries.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { plainZip } from './plain-zip.ts';

const FOLDER = 'tests/references/checkpoints';

describe('PyTorch checkpoints', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pytorch-'));
    path = join(folder, 'checkpoint.pt');
  });
  after(() => rm(folder, { recursive: true }));

  const refuses = async (file: string, sentence: RegExp) => {
    await assert.rejects(openWeights(file), oneSentence(sentence));
  };

  /** `torch.save`'s archive around a pickle. */
  const archive = (pickle: Uint8Array | string, data: Readonly<Record<string, Uint8Array>> = {}) =>
    plainZip({
      'archive/data.pkl': typeof pickle === 'string' ? Buffer.from(pickle, 'latin1') : pickle,
      ...Object.fromEntries(Object.entries(data).map(([name, bytes]) => [`archive/data/${name}`, bytes])),
    });

  for (const name of ['dtypes', 'views', 'training', 'parameters', 'script']) {
    it(`reads every tensor of ${name}.pt as PyTorch does`, async () => {
      const found = await openWeights(join(FOLDER, `${name}.pt`));
      const expected = await openSafetensors(join(FOLDER, `${name}.safetensors`));
      assert.deepEqual(new Set(found.names), new Set(expected.names));
      for (const tensor of expected.names) {
        const { dtype, shape } = expected.tensor(tensor);
        assert.equal(found.tensor(tensor).dtype, dtype, tensor);
        assert.deepEqual(found.tensor(tensor).shape, shape, tensor);
        assert.deepEqual(await found.read(tensor), await expected.read(tensor), tensor);
        if (dtype === 'bool') continue;
        const pieces: number[] = [];
        for await (const piece of found.float32Pieces(tensor)) pieces.push(...piece);
        assert.deepEqual(Float32Array.from(pieces), await expected.readFloat32(tensor), tensor);
      }
    });
  }

  it('reads rows of the first axis alone, of tensors of any layout', async () => {
    const found = await openWeights(join(FOLDER, 'views.pt'));
    for (const name of ['base', 'transposed', 'offset', 'every_second']) {
      const whole = await found.readFloat32(name);
      const row = whole.length / (found.tensor(name).shape[0] ?? 1);
      for await (const piece of found.float32Pieces(name, { first: 1, count: 1 }))
        assert.deepEqual(piece, whole.subarray(row, 2 * row));
    }
  });

  it('leaves an optimizer and the like aside, and says so', async () => {
    const { notes } = await openWeights(join(FOLDER, 'training.pt'));
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? '',
      /weights are those of 'model_state_dict', and epoch, optimizer_state_dict, lr_scheduler_state_dict, best, .* left aside/,
    );
  });

  it('refuses a pickle that calls anything, by its name, and executes nothing', async () => {
    await refuses(
      join(FOLDER, 'harmful.pt'),
      /asks for posix\.system.*nothing was executed: save the weights/,
    );
    await assert.rejects(access('/tmp/harm'));
    await refuses(join(FOLDER, 'whole-module.pt'), /asks for torch\.nn\.modules\.linear\.Linear/);
    for (const [name, pickle] of [
      ['builtins.eval', 'cbuiltins\neval\n(S"1"\ntR.'],
      ['torch._utils.__class__', 'ctorch._utils\n__class__\n.'],
      ['os.system', '\x80\x04\x8c\x02os\x8c\x06system\x93.'],
      ["opcode 'i'", '(ios\nsystem\n.'],
      ["opcode 'o'", '(cos\nsystem\no.'],
    ] as const) {
      await writeFile(path, archive(pickle));
      await refuses(
        path,
        name.startsWith('opcode') ? /opcode|asks for os\.system/ : new RegExp(name.replaceAll('.', '\\.')),
      );
    }
  });

  it('leaves the command line of a training program and the states of its random numbers aside', async () => {
    const file = await openWeights(join(FOLDER, 'namespace.pt'));
    assert.deepEqual(file.names, ['weight', 'bias']);
    assert.deepEqual(await file.readFloat32('weight'), new Float32Array([1, 1]));
    assert.match(file.notes.join(), /those of 'state_dict', and args, numpy, rng left aside/);
  });

  it('refuses a tensor whose values are still to be negated: those that are stored are others', async () => {
    await refuses(join(FOLDER, 'negated.pt'), /other values than are stored \(neg\); .* resolve_neg\(\)/);
  });

  it('refuses two state dicts that differ, of which one would be ignored', async () => {
    await refuses(join(FOLDER, 'two.pt'), /"weight" both under 'model_state_dict' and under 'state_dict'/);
    assert.deepEqual((await openWeights(join(FOLDER, 'two-names.pt'))).names, ['weight']);
  });

  it('refuses old layouts, other zip files and files without tensors, saying what to do', async () => {
    await refuses(join(FOLDER, 'legacy.pt'), /PyTorch before 1\.6.*convert it with python -c/);
    await refuses(join(FOLDER, 'no-tensors.pt'), /no tensors under names, only epoch/);
    await writeFile(path, plainZip({ 'letter.txt': Buffer.from('dear') }));
    await refuses(path, /not one that torch\.save wrote/);
    await writeFile(path, archive('N.'));
    await refuses(path, /no dictionary of tensors/);
    await writeFile(path, Buffer.concat([archive('}.'), Buffer.alloc(100)]));
    await refuses(path, /bytes that are not its own follow its end\.$/);
    await writeFile(path, plainZip({ 'a/data.pkl': Buffer.from('}.'), 'a/byteorder': Buffer.from('big') }));
    await refuses(path, /byte order 'big'/);
  });

  it('says which tensor is not stored for each of its elements', async () => {
    const file = await openWeights(join(FOLDER, 'expanded.pt'));
    assert.deepEqual(await file.readFloat32('weight'), Float32Array.of(1, 1));
    assert.throws(() => file.tensor('expanded'), /"expanded" .* repeats its elements by a stride of 0/);
  });

  it('refuses zip bombs: compressed entries, entries that overlap, a pickle of endless nesting', async () => {
    const zeros = Buffer.alloc(1 << 20);
    const packed = deflateRawSync(zeros);
    await writeFile(
      path,
      plainZip({ 'archive/data.pkl': Buffer.from('}.') }, [
        { name: 'archive/data/0', content: packed, method: 8, size: zeros.length },
      ]),
    );
    await refuses(path, /entry 'archive\/data\/0' is compressed \(\d+ bytes for 1048576\)/);
    await writeFile(
      path,
      plainZip({ 'archive/data.pkl': Buffer.from('}.') }, [
        { name: 'archive/data/0', content: Buffer.alloc(100) },
        {
          name: 'archive/data/1',
          content: Buffer.alloc(0),
          size: 100,
          compressedSize: 100,
          sameAs: 'archive/data/0',
        },
      ]),
    );
    await refuses(path, /shares bytes with another/);
    await writeFile(path, archive('('.repeat(1_000_000)));
    await refuses(path, /nested too deeply/);
    await writeFile(path, archive('}q\x00X\x01\x00\x00\x00ah\x00s.'));
    await refuses(path, /no tensors|contains itself/);
  });

  it('refuses tensors outside their storages', async () => {
    const pickle = (storage: string, offset: number, size: string, stride: string) =>
      archive(
        `}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00${storage}X\x03\x00\x00\x00cpuK\x04tQK${String.fromCharCode(offset)}${size}${stride}\x89ccollections\nOrderedDict\n)RtRs.`,
        { 0: new Uint8Array(16) },
      );
    await writeFile(path, pickle('0', 0, 'K\x04\x85', 'K\x01\x85'));
    assert.deepEqual(await (await openWeights(path)).readFloat32('a'), new Float32Array(4));
    await writeFile(path, pickle('0', 1, 'K\x04\x85', 'K\x01\x85'));
    await refuses(path, /tensor "a" reaches to byte 20 of data\/0, which has 16/);
    await writeFile(path, pickle('0', 0, 'K\x02\x85', 'K\xff\x85'));
    await refuses(path, /reaches to byte 1024/);
    await writeFile(path, pickle('7', 0, 'K\x04\x85', 'K\x01\x85'));
    await refuses(path, /is in data\/7, which is not there/);
    await writeFile(path, pickle('\n', 0, 'K\x04\x85', 'K\x01\x85'));
    await refuses(path, /is in data\/\u{FFFD}, which is not there/u);
    await writeFile(path, pickle('0', 0, 'J\xff\xff\xff\xff\x85', 'K\x01\x85'));
    await refuses(path, /not whole numbers/);
  });

  it('survives checkpoints that are cut or changed anywhere', async () => {
    const originals = await Promise.all(
      ['dtypes', 'views', 'training', 'script'].map((name) => readFile(join(FOLDER, `${name}.pt`))),
    );
    const change = fc.record({ place: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...originals),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }),
        async (original, changes, cut) => {
          const bytes = Buffer.from(original.subarray(0, Math.ceil(original.length * (cut ?? 1))));
          for (const { place, byte } of changes) bytes[Math.floor(place * (bytes.length - 1))] = byte;
          await writeFile(path, bytes);
          await survives(path);
        },
      ),
      { numRuns: 400 },
    );
  });

  /** The pickle alone, so that changes meet the interpreter and not the zip's checks. */
  it('survives any change of the pickle', async () => {
    const pickle = await pickleOf(join(FOLDER, 'training.pt'));
    const change = fc.record({ place: fc.nat(pickle.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
            const changed = Buffer.from(pickle);
            for (const { place, byte } of changes) changed[place] = byte;
            return changed;
          }),
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        ),
        async (changed) => {
          await writeFile(path, archive(changed, { 0: new Uint8Array(300), 1: new Uint8Array(300) }));
          await survives(path);
        },
      ),
      { numRuns: 600 },
    );
  });

  /** Right values or one sentence, and never more than the file holds. */
  async function survives(file: string): Promise<void> {
    try {
      const opened = await openWeights(file);
      const { size } = await stat(file);
      for (const name of opened.names) {
        const data = await opened.read(name);
        assert.ok(data.byteLength <= size);
      }
    } catch (error) {
      assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
      assert.doesNotMatch(error.message, /\n/);
    }
  }

  async function pickleOf(file: string): Promise<Buffer> {
    const entry = [...(await zipEntries(file, () => true)).entries.values()].find(({ name }) =>
      name.endsWith('data.pkl'),
    );
    assert.ok(entry);
    return (await readFile(file)).subarray(entry.offset, entry.offset + entry.bytes);
  }
});
