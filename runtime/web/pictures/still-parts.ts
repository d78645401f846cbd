import { orientationIn, wayOf } from './exif-orientation.ts';

/** What a file of chunks has besides its pixels that changes what is shown. */
export type StillParts = {
  /** EXIF's, 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether it has a colour profile. */
  readonly profile: boolean;
  /** The file without what browsers differ in: EXIF, and an animation's chunks of a PNG, which is a still picture in Node. */
  readonly plain: Uint8Array<ArrayBuffer>;
};

type Chunk = { readonly name: string; readonly start: number; readonly data: number; readonly end: number };

/** PNG's chunks: a length, four letters, the data, and four bytes of a checksum. */
export function pngParts(file: Uint8Array<ArrayBuffer>): StillParts {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  return partsOf(file, chunksOf(view, 8, { lengthAt: 0, nameAt: 4, littleEndian: false, after: 4 }), {
    exif: 'eXIf',
    profile: 'iCCP',
    left: new Set(['eXIf', 'acTL', 'fcTL', 'fdAT']),
  });
}

/** WebP's chunks after 'RIFF', a length and 'WEBP': four letters, a length, the data, and a byte where they are odd. */
export function webpParts(file: Uint8Array<ArrayBuffer>): StillParts {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const chunks = chunksOf(view, 12, { lengthAt: 4, nameAt: 0, littleEndian: true, after: 0 });
  const parts = partsOf(file, chunks, { exif: 'EXIF', profile: 'ICCP', left: new Set(['EXIF']) });
  if (parts.plain === file) return parts;
  const plain = new DataView(parts.plain.buffer);
  plain.setUint32(4, parts.plain.length - 8, true);
  const flags = chunks.find(({ name }) => name === 'VP8X');
  if (flags !== undefined) plain.setUint8(flags.data, plain.getUint8(flags.data) & ~HAS_EXIF);
  return parts;
}

/** Of the flags of a WebP's first chunk, where it has more than pixels. */
const HAS_EXIF = 0x08;

type Layout = {
  readonly lengthAt: number;
  readonly nameAt: number;
  readonly littleEndian: boolean;
  /** Bytes between the data and the next chunk. */
  readonly after: number;
};

function chunksOf(file: DataView, first: number, layout: Layout): readonly Chunk[] {
  const { lengthAt, nameAt, littleEndian, after } = layout;
  const chunks: Chunk[] = [];
  for (let start = first; start + 8 <= file.byteLength; ) {
    const length = file.getUint32(start + lengthAt, littleEndian);
    const letters = [0, 1, 2, 3].map((place) => file.getUint8(start + nameAt + place));
    const padding = littleEndian ? length % 2 : 0;
    const end = Math.min(file.byteLength, start + 8 + length + padding + after);
    chunks.push({ name: String.fromCharCode(...letters), start, data: start + 8, end });
    start = end;
  }
  return chunks;
}

type Names = { readonly exif: string; readonly profile: string; readonly left: ReadonlySet<string> };

function partsOf(
  file: Uint8Array<ArrayBuffer>,
  chunks: readonly Chunk[],
  { exif, profile, left }: Names,
): StillParts {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const found = chunks.find(({ name }) => name === exif);
  const kept = chunks.filter(({ name }) => !left.has(name));
  return {
    orientation: found === undefined ? 1 : wayOf(orientationIn(view, tiffAt(view, found.data))),
    profile: chunks.some(({ name }) => name === profile),
    plain: kept.length === chunks.length ? file : without(file, chunks[0]?.start ?? 0, kept),
  };
}

/** Where EXIF's TIFF header begins: some writers put JPEG's 'Exif' and two zeros before it. */
function tiffAt(file: DataView, data: number): number {
  const EXIF = 0x45786966;
  return data + 6 < file.byteLength && file.getUint32(data) === EXIF ? data + 6 : data;
}

function without(
  file: Uint8Array<ArrayBuffer>,
  first: number,
  kept: readonly Chunk[],
): Uint8Array<ArrayBuffer> {
  const length = kept.reduce((sum, { start, end }) => sum + end - start, first);
  const result = new Uint8Array(length);
  result.set(file.subarray(0, first));
  let place = first;
  for (const { start, end } of kept) {
    result.set(file.subarray(start, end), place);
    place += end - start;
  }
  return result;
}
