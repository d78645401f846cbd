/*
 * Markers and segments of ITU-T T.81. Those of headers alone are looked at; compressed data are copied as they are.
 */

const END = 0xd9;
const SCAN = 0xda;
const JFIF = 0xe0;
const ADOBE = 0xee;
/** Frames whose scans hold all coefficients of their components: baseline, extended, and extended with arithmetic codes. */
const SEQUENTIAL: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc9]);

/**
 * A JPEG without the faults in its headers of which libjpeg warns and that change no pixel: bytes between segments, a
 * JFIF version that it does not know, parameters of a sequential scan that are a progressive one's, a colour transform
 * of Adobe's that there is not.
 *
 * @returns the bytes themselves where they are no series of segments
 */
export function withoutHeaderFaults(file: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [file.subarray(0, 2)];
  let sequential = false;
  let place = 2;
  for (;;) {
    // A marker is 0xff, any number of times, and its code.
    place = file.indexOf(0xff, place);
    if (place < 0) return file;
    while (file[place] === 0xff) place += 1;
    const code = file[place++];
    if (code === undefined) return file;
    if (code === END) {
      pieces.push(Uint8Array.of(0xff, END), file.subarray(place));
      return Buffer.concat(pieces);
    }
    // A zero, a restart or a start within headers belongs to nothing.
    if (code === 0 || code === 1 || (code >= 0xd0 && code <= 0xd8)) continue;
    const length = ((file[place] ?? 0) << 8) | (file[place + 1] ?? 0);
    if (length < 2 || place + length > file.length) return file;
    const segment = Uint8Array.from(file.subarray(place, place + length));
    place += length;
    if (code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code)) sequential = SEQUENTIAL.has(code);
    else if (code === JFIF) correctJfif(segment);
    else if (code === ADOBE) correctAdobe(segment);
    else if (code === SCAN && sequential) correctScan(segment);
    pieces.push(Uint8Array.of(0xff, code), segment);
    if (code === SCAN) {
      const end = endOfData(file, place);
      pieces.push(file.subarray(place, end));
      place = end;
    }
  }
}

/** Where compressed data end: before a marker that is no restart. */
function endOfData(file: Uint8Array, start: number): number {
  for (let place = start; ; place += 2) {
    place = file.indexOf(0xff, place);
    if (place < 0) return file.length;
    const next = file[place + 1];
    if (next === undefined || (next !== 0 && (next < 0xd0 || next > 0xd7))) return place;
  }
}

/** Two bytes of length, 'JFIF' and a zero, then the version. */
function correctJfif(segment: Uint8Array): void {
  if (startsWith(segment, 'JFIF\0') && segment.length >= 9) segment.set([1, 2], 7);
}

/** Two bytes of length, 'Adobe', and as the twelfth byte of that the transform: 0 none, 1 YCbCr, 2 YCCK. */
function correctAdobe(segment: Uint8Array): void {
  // libjpeg takes one that it does not know for YCbCr.
  if (startsWith(segment, 'Adobe') && segment.length >= 14 && (segment[13] ?? 0) > 2) segment[13] = 1;
}

/** Two bytes of length, components, then the first and last coefficient and the bits' place: 0, 63 and 0. */
function correctScan(segment: Uint8Array): void {
  if (segment.length >= 6) segment.set([0, 63, 0], segment.length - 3);
}

function startsWith(segment: Uint8Array, word: string): boolean {
  return Buffer.from(segment.subarray(2, 2 + word.length)).toString('latin1') === word;
}
