import { roundHalfToEven } from '../round.ts';
import type { Raster, RasterFormat } from './raster-format.ts';

/*
 * PBM, PGM and PPM as netpbm's pages ppm(5), pgm(5) and pbm(5) define them: P1 to P3 in digits, P4 to P6 in bytes.
 */

interface Header {
  /** 1 to 6. */
  readonly kind: number;
  readonly width: number;
  readonly height: number;
  /** The value of white; 1 for bitmaps. */
  readonly most: number;
  /** Where the samples start. */
  readonly start: number;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);
const isDigit = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;
const LINE_FEED = 0x0a;
const HASH = 0x23;

/** Numbers among white space and comments, which run from '#' to the end of a line. */
class Words {
  readonly #bytes: Uint8Array;
  place: number;

  constructor(bytes: Uint8Array, place: number) {
    this.#bytes = bytes;
    this.place = place;
  }

  /** @param digits most digits of a number; a bit of a plain bitmap has one */
  number(what: string, digits = 10): number {
    this.#skip();
    let value = 0;
    let found = 0;
    for (; found < digits && isDigit(this.#bytes[this.place]); found += 1, this.place += 1) {
      value = value * 10 + (this.#bytes[this.place] ?? 0) - 0x30;
    }
    if (found === 0) {
      throw new Error(
        this.place >= this.#bytes.length ? `it ends before ${what}` : `${what} is not a number`,
      );
    }
    return value;
  }

  #skip(): void {
    for (;;) {
      const byte = this.#bytes[this.place];
      if (isSpace(byte)) this.place += 1;
      else if (byte === HASH) {
        const end = this.#bytes.indexOf(LINE_FEED, this.place);
        this.place = end < 0 ? this.#bytes.length : end + 1;
      } else return;
    }
  }
}

function readHeader(bytes: Uint8Array): Header {
  const kind = (bytes[1] ?? 0) - 0x30;
  const words = new Words(bytes, 2);
  const width = words.number('its width');
  const height = words.number('its height');
  if (width < 1 || height < 1) throw new Error(`its size is ${width} x ${height}`);
  const most = kind === 1 || kind === 4 ? 1 : words.number('its largest value');
  if (most < 1 || most > 65_535) throw new Error(`its largest value is ${most}, but 1 to 65535 is expected`);
  // One byte of white space stands before samples in bytes.
  return { kind, width, height, most, start: words.place + (kind > 3 ? 1 : 0) };
}

function decode(bytes: Uint8Array): Raster {
  const header = readHeader(bytes);
  const { kind, width, height, most } = header;
  const colours = kind === 3 || kind === 6 ? 3 : 1;
  const sample =
    kind < 4 ? plainSamples(bytes, header) : kind === 4 ? bits(bytes, header) : raw(bytes, header);
  const pixels = new Uint8Array(width * height * 3);
  const bitmap = kind === 1 || kind === 4;
  for (let place = 0, index = 0; place < pixels.length; place += 3) {
    for (let colour = 0; colour < 3; colour += 1) {
      if (colour > 0 && colours === 1) pixels[place + colour] = pixels[place] ?? 0;
      else {
        const value = sample(index++);
        if (value > most) throw new Error(`it has the value ${value}, but at most ${most} is expected`);
        // In a bitmap 1 is black.
        pixels[place + colour] = bitmap ? 255 - 255 * value : roundHalfToEven((value / most) * 255);
      }
    }
  }
  return { width, height, channels: 3, pixels };
}

/** The samples one after the other. */
type Sampler = (index: number) => number;

function plainSamples(bytes: Uint8Array, { kind, start }: Header): Sampler {
  const words = new Words(bytes, start);
  return () => words.number('its last value', kind === 1 ? 1 : 5);
}

function bits(bytes: Uint8Array, { width, height, start }: Header): Sampler {
  const stride = Math.ceil(width / 8);
  if (bytes.length < start + stride * height) throw new Error('it ends before its last row');
  return (index) => {
    const column = index % width;
    const byte = bytes[start + Math.floor(index / width) * stride + (column >> 3)] ?? 0;
    return (byte >> (7 - (column & 7))) & 1;
  };
}

function raw(bytes: Uint8Array, { kind, width, height, most, start }: Header): Sampler {
  const wide = most > 255;
  const length = width * height * (kind === 6 ? 3 : 1) * (wide ? 2 : 1);
  if (bytes.length < start + length) throw new Error('it ends before its last row');
  if (!wide) return (index) => bytes[start + index] ?? 0;
  return (index) => ((bytes[start + 2 * index] ?? 0) << 8) | (bytes[start + 2 * index + 1] ?? 0);
}

export const netpbm: RasterFormat = {
  name: 'PPM',
  matches: (start) =>
    start[0] === 0x50 &&
    (start[1] ?? 0) >= 0x31 &&
    (start[1] ?? 0) <= 0x36 &&
    (isSpace(start[2]) || start[2] === HASH),
  size: readHeader,
  decode,
};
