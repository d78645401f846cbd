import type { Random } from './random.ts';

/** Numbers at the edges of what fields hold. */
const EDGES = [
  ...[0n, 1n, 127n, 128n, 255n, 256n, 32767n, 32768n, 65535n, 65536n, 2n ** 24n, 2n ** 31n - 1n, 2n ** 31n],
  ...[
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 52n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ],
];

/** The longest file that is made of another. */
const LONGEST = 2 ** 20;

type Change = (bytes: Buffer, random: Random, others: readonly Uint8Array[]) => Buffer;

const CHANGES: readonly Change[] = [
  function flipBit(bytes, random) {
    const place = random.below(bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  function otherByte(bytes, random) {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  function edge(bytes, random) {
    const width = random.pick([1, 2, 4, 8]);
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(random.pick(EDGES));
    const number = field.subarray(0, width);
    if (random.once(2)) number.reverse();
    number.copy(bytes, random.below(bytes.length));
    return bytes;
  },
  function cutShort(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function remove(bytes, random) {
    const [start, end] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  function repeat(bytes, random) {
    const [start, end] = range(bytes, random);
    const times = Math.min(2 + random.length(1000), Math.floor(LONGEST / Math.max(1, end - start)));
    const repeated = Array.from({ length: times }, () => bytes.subarray(start, end));
    return Buffer.concat([bytes.subarray(0, start), ...repeated, bytes.subarray(end)]);
  },
  function move(bytes, random) {
    const [start, end] = range(bytes, random);
    const to = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(start, end), bytes.subarray(to)]);
  },
  function noise(bytes, random) {
    const added = Buffer.from(Array.from({ length: random.length(64) }, () => random.below(256)));
    const place = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place)]);
  },
  function splice(bytes, random, others) {
    const other = Buffer.from(random.pick(others));
    const [start, end] = range(other, random);
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(start, end)]);
  },
];

function range(bytes: Uint8Array, random: Random): readonly [start: number, end: number] {
  const start = random.below(bytes.length + 1);
  return [start, start + random.length(bytes.length - start)];
}

/** One of the files with a few changes: bits, numbers at their edges, ranges removed, repeated, moved or taken from another. */
export function mutateBytes(random: Random, files: readonly Uint8Array[]): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(files));
  for (let count = 1 + random.length(6); count > 0; count--) {
    if (bytes.length === 0) break;
    bytes = random.pick(CHANGES)(bytes, random, files);
    if (bytes.length > LONGEST) bytes = bytes.subarray(0, LONGEST);
  }
  return bytes;
}
