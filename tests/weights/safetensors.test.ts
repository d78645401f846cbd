import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from '../../artifact/weights/half-precision.ts';
import {
  openSafetensors,
  type StoredData,
  type TensorToWrite,
  writeSafetensors,
} from '../../artifact/weights/safetensors.ts';
import { oneSentence } from '../support/one-sentence.ts';

/** A file with the given header text, followed by `data` zero bytes. */
function file(header: string, data = 0): Uint8Array {
  const json = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, Buffer.alloc(data)]);
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
    path = join(folder, 'file.safetensors');
  });
  after(() => rm(folder, { recursive: true }));

  const refuses = async (bytes: Uint8Array, sentence: RegExp) => {
    await writeFile(path, bytes);
    await assert.rejects(openSafetensors(path), oneSentence(sentence));
  };

  const bytesOf = (data: StoredData) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const tensor = fc
    .record({
      name: fc.string({ unit: 'grapheme' }),
      dtype: fc.constantFrom('float32', 'float16', 'int64', 'bool', 'int32'),
      shape,
    })
    .chain(({ name, dtype, shape }) => {
      const elements = shape.reduce((product, size) => product * size, 1);
      const fill = <T>(value: fc.Arbitrary<T>) =>
        fc.array(value, { minLength: elements, maxLength: elements });
      const data: fc.Arbitrary<StoredData> =
        dtype === 'float32'
          ? fill(fc.float()).map((values) => Float32Array.from(values))
          : dtype === 'float16'
            ? fill(fc.nat(65535)).map((values) => Uint16Array.from(values))
            : dtype === 'int64'
              ? fill(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((values) =>
                  BigInt64Array.from(values),
                )
              : dtype === 'int32'
                ? fill(fc.integer()).map((values) => Int32Array.from(values))
                : fill(fc.nat(1)).map((values) => Uint8Array.from(values));
      return data.map((data) => ({ name, dtype, shape, data }) as const);
    });
  const tensors = fc
    .uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 })
    .map((list) => list.filter(({ name }) => name !== '__metadata__'));

  it('reads back what it wrote', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (list, metadata) => {
        const written = await writeSafetensors(path, list, metadata);
        const opened = await openSafetensors(path);
        assert.deepEqual(new Set(opened.names), new Set(list.map(({ name }) => name)));
        assert.deepEqual([...opened.metadata].sort(), Object.entries(metadata).sort());
        for (const { name, dtype, shape, data } of list) {
          const tensor = opened.tensor(name);
          assert.deepEqual(tensor, written.tensors.get(name));
          assert.equal(tensor.dtype, dtype);
          assert.deepEqual(tensor.shape, shape);
          assert.deepEqual(bytesOf(await opened.read(name)), bytesOf(data));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('places each tensor on a multiple of its element size and reports the size and hash of the file', async () => {
    const { createHash } = await import('node:crypto');
    const list: TensorToWrite[] = [
      { name: 'odd', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
      { name: 'half', dtype: 'float16', shape: [3], data: Uint16Array.of(1, 2, 3) },
      { name: 'wide', dtype: 'int64', shape: [1], data: () => BigInt64Array.of(7n) },
      { name: 'single', dtype: 'float32', shape: [1], data: async () => Float32Array.of(0.5) },
    ];
    const written = await writeSafetensors(path, list);
    const bytes = await readFile(path);
    assert.equal(written.bytes, bytes.length);
    assert.equal(written.sha256, createHash('sha256').update(bytes).digest('hex'));
    const size = { odd: 1, half: 2, wide: 8, single: 4 };
    for (const [name, width] of Object.entries(size)) {
      assert.equal((written.tensors.get(name)?.offset ?? 0.5) % width, 0);
    }
  });

  it('leaves the old file and no partial one when writing fails', async () => {
    await writeFile(path, 'old');
    const failing: TensorToWrite = {
      name: 'x',
      dtype: 'float32',
      shape: [1],
      data: () => {
        throw new UserError('No values.');
      },
    };
    await assert.rejects(writeSafetensors(path, [failing]), UserError);
    assert.equal(await readFile(path, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder), ['file.safetensors']);
    const named: TensorToWrite = { name: 'x', dtype: 'uint8', shape: [1], data: Uint8Array.of(1) };
    await assert.rejects(writeSafetensors(path, [named, named]), /two tensors with the name "x"/);
    await assert.rejects(writeSafetensors(join(folder, 'missing', 'x'), [named]), UserError);
  });

  it('opens files of another writer', async () => {
    const opened = await openSafetensors('tests/references/blocks/xattn-cached.safetensors');
    assert.equal(opened.metadata.get('module'), 'GatedCrossAttentionBlock');
    assert.deepEqual(opened.tensor('input.hidden').shape, [2, 1, 64]);
    assert.equal((await opened.read('input.media_locations')).length, 24);
    assert.equal((await opened.readFloat32('input.hidden')).length, 128);
    await assert.rejects(opened.readFloat32('input.media_locations'), /is bool, but numbers were expected/);
    assert.throws(() => opened.tensor('nothing'), /has no tensor "nothing"/);
  });

  it('says what is wrong with a header', async () => {
    await refuses(Buffer.alloc(0), /has 0 bytes/);
    await refuses(Buffer.from('PK\x03\x04 and more of a zip file'), /announce a header of \d{9,} bytes/);
    await refuses(file('{}').subarray(0, 9), /announces a header of 2 bytes, but has 9 bytes/);
    await refuses(file('{"a": '), /header is not JSON/);
    await refuses(file('\xff\xfe{}'), /header is not JSON/);
    await refuses(file(' {}'), /does not start with \{/);
    await refuses(file('[]'), /does not start with \{/);
    await refuses(file('{"a": 1}'), /tensor "a" needs exactly a dtype, a shape and two data_offsets/);
    await refuses(file(JSON.stringify({ a: entry('F4', [1], 0, 1) }), 1), /unknown dtype "F4"/);
    await refuses(
      file(JSON.stringify({ a: entry('F32', [2], 0, 4) }), 4),
      /takes 8 bytes, but its data_offsets are 0 to 4/,
    );
    await refuses(
      file(JSON.stringify({ a: entry('U8', [2], 2, 0) }), 2),
      /takes 2 bytes, but its data_offsets are 2 to 0/,
    );
    await refuses(file(JSON.stringify({ a: entry('U8', [4], 0, 4) }), 3), /only 3 bytes are there/);
    await refuses(file(JSON.stringify({ a: entry('U8', [4], 0, 4) }), 5), /take 4 bytes, but 5 follow/);
    const overlapping = { a: entry('U8', [4], 0, 4), b: entry('U8', [4], 2, 6) };
    await refuses(file(JSON.stringify(overlapping), 6), /tensor "b" overlaps another/);
    const holed = { a: entry('U8', [1], 0, 1), b: entry('U8', [1], 3, 4) };
    await refuses(file(JSON.stringify(holed), 4), /bytes 1 to 3, before tensor "b", belong to no tensor/);
    const one = JSON.stringify(entry('U8', [0], 0, 0));
    await refuses(file(`{"a": ${one}, "\\u0061": ${one}}`), /names "a" twice/);
    await refuses(
      file(`{"a": {"dtype": "U8", "dtype": "I8", "shape": [0], "data_offsets": [0, 0]}}`),
      /names "dtype" twice/,
    );
    await refuses(file('{"__metadata__": {"a": 1}}'), /has "a", which is not a string/);
    await refuses(file('{"__metadata__": []}'), /not an object of strings/);
    await refuses(
      file(JSON.stringify({ a: entry('U8', [2 ** 40, 2 ** 40], 0, 4) }), 4),
      /takes \d{24,} bytes/,
    );
  });

  it('refuses what is not a file, in one sentence', async () => {
    await assert.rejects(openSafetensors(join(folder, 'none')), /none does not exist/);
    await assert.rejects(openSafetensors(folder), UserError);
  });

  it('opens a tensor of a dtype it cannot compute with only when asked for it', async () => {
    await writeFile(path, file(JSON.stringify({ a: entry('U64', [1], 0, 8) }), 8));
    const opened = await openSafetensors(path);
    assert.deepEqual(opened.names, ['a']);
    assert.throws(() => opened.tensor('a'), /is U64, which is not supported/);
  });

  /** Opens the file and reads all of it: right values or a UserError, nothing else. */
  const survives = async (bytes: Uint8Array) => {
    await writeFile(path, bytes);
    try {
      const opened = await openSafetensors(path);
      for (const name of opened.names) {
        const { offset, bytes: length } = opened.tensor(name);
        assert.deepEqual(
          bytesOf(await opened.read(name)),
          new Uint8Array(bytes.subarray(offset, offset + length)),
        );
      }
    } catch (error) {
      assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
    }
  };

  it('survives a file cut anywhere', async () => {
    const whole = await readFile('tests/references/blocks/resampler-one.safetensors');
    const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(headerEnd), fc.nat(whole.length - 1)), async (length) => {
        await refuses(whole.subarray(0, length), /not a valid safetensors file/);
      }),
      { numRuns: 150 },
    );
  });

  it('survives changed bytes', async () => {
    const list: TensorToWrite[] = [
      { name: 'a', dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { name: 'b', dtype: 'bool', shape: [5], data: Uint8Array.of(1, 0, 1, 1, 0) },
    ];
    await writeSafetensors(path, list, { module: 'Test' });
    const whole = new Uint8Array(await readFile(path));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [place, value] of changes) bytes[place] = value;
        await survives(bytes);
      }),
      { numRuns: 400 },
    );
  });

  it('survives any header', async () => {
    const anyEntry = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom('F32', 'U8', 'F64', 'BOOL'), fc.string()),
        shape: fc.oneof(fc.array(fc.nat(3)), fc.array(fc.double()), fc.jsonValue()),
        data_offsets: fc.oneof(fc.tuple(fc.nat(16), fc.nat(16)), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const key = fc.oneof(fc.string(), fc.constantFrom('__metadata__', '__proto__', 'constructor'));
    const header = fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(key, fc.oneof(anyEntry, fc.jsonValue())).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(header, fc.nat(16), (text, data) => survives(file(text, data))),
      { numRuns: 400 },
    );
  });
});

describe('half precision', () => {
  it('converts float16 exactly', () => {
    const values = float16ToFloat32(
      Uint16Array.of(0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555),
    );
    assert.deepEqual([...values], [0, -0, 1, -2, 65504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 0.333251953125]);
    assert.deepEqual(
      [...float16ToFloat32(Uint16Array.of(0x7c00, 0xfc00, 0x7e00))],
      [Infinity, -Infinity, Number.NaN],
    );
  });

  it('converts bfloat16 exactly: every float32 whose lower half is zero comes back', () => {
    fc.assert(
      fc.property(fc.uint16Array({ minLength: 1, maxLength: 8 }), (bits) => {
        const words = new Uint32Array(bfloat16ToFloat32(bits).buffer);
        assert.deepEqual(
          [...words],
          [...bits].map((half) => half * 65536),
        );
      }),
    );
  });
});
