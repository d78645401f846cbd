import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipEntries } from '../../compiler/weights/read/zip-entries.ts';

/** More than 32 bits can say, as a 3B checkpoint has. */
const LARGE = 4.5e9;
const SMALL = Buffer.from('after four gigabytes');
const UNSAID = 0xffffffff;

/** Sizes and, in the directory, the place of an entry in 64 bits. */
function wideField(...values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return field;
}

function localHeader(name: string, size: number): Buffer {
  const extra = wideField(size, size);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt32LE(UNSAID, 18);
  header.writeUInt32LE(UNSAID, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, Buffer.from(name), extra]);
}

function directoryEntry(name: string, size: number, place: number): Buffer {
  const extra = wideField(size, size, place);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt32LE(UNSAID, 20);
  header.writeUInt32LE(UNSAID, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(UNSAID, 42);
  return Buffer.concat([header, Buffer.from(name), extra]);
}

/** The three records at the end, of which the last refers to the wider one by the middle one. */
function endOfDirectory(entries: number, offset: number, bytes: number): Buffer {
  const wide = Buffer.alloc(56);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeBigUInt64LE(BigInt(entries), 24);
  wide.writeBigUInt64LE(BigInt(entries), 32);
  wide.writeBigUInt64LE(BigInt(bytes), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(UNSAID, 12);
  end.writeUInt32LE(UNSAID, 16);
  return Buffer.concat([wide, locator, end]);
}

describe('zip files of more than 4 GB', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zip64-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('say where their entries are, beyond what 32 bits can say', async () => {
    const path = join(folder, 'large.pt');
    const headers = [localHeader('archive/data/0', LARGE), localHeader('archive/data/1', SMALL.length)];
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = headers;
    const place = first.length + LARGE;
    const directory = place + second.length + SMALL.length;
    const entries = Buffer.concat([
      directoryEntry('archive/data/0', LARGE, 0),
      directoryEntry('archive/data/1', SMALL.length, place),
    ]);
    // A hole in the file stands for the large entry: the file takes no room.
    const file = await open(path, 'w');
    await file.write(first, 0, first.length, 0);
    await file.write(Buffer.concat([second, SMALL, entries]), 0, null, place);
    const end = endOfDirectory(2, directory, entries.length);
    await file.write(end, 0, end.length, directory + entries.length);
    await file.close();

    const found = await zipEntries(path, () => true);
    assert.deepEqual(Object.fromEntries(found.entries), {
      'archive/data/0': { name: 'archive/data/0', offset: first.length, bytes: LARGE },
      'archive/data/1': { name: 'archive/data/1', offset: place + second.length, bytes: SMALL.length },
    });
    const read = await open(path);
    const bytes = Buffer.alloc(SMALL.length);
    await read.read(bytes, 0, bytes.length, found.entries.get('archive/data/1')?.offset ?? -1);
    await read.close();
    assert.deepEqual(bytes, SMALL);
  });
});
