import { decodeRunLengths } from './bmp-run-lengths.ts';
import type { Raster, RasterFormat } from './raster-format.ts';

/*
 * Windows bitmaps: every header from OS/2's first to Windows' fifth, 1 to 32 bits, palettes, bit masks, run lengths.
 * Of the decoders on npm none places rows by the header's offset and reads odd widths of 4 bits; this one is compared
 * with Pillow's pixels in the tests.
 */

const NONE = 0;
const RUN_LENGTHS_8 = 1;
const RUN_LENGTHS_4 = 2;
const MASKS = 3;
const MASKS_WITH_ALPHA = 6;

interface Header {
  readonly width: number;
  readonly height: number;
  /** Whether the first row stored is the uppermost. */
  readonly downward: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels start. */
  readonly offset: number;
  /** Red, green, blue and alpha of a palette's colours, [colours, 3]. */
  readonly palette: Uint8Array;
  /** Of pixels of 16 or 32 bits: red, green, blue and alpha (0: none). */
  readonly masks: readonly [number, number, number, number];
}

const OS2_HEADER = 12;
const DEFAULT_MASKS = { 16: [0x7c00, 0x3e0, 0x1f, 0], 32: [0xff0000, 0xff00, 0xff, 0] } as const;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  if (bytes.length < 26) throw new Error('it ends within its header');
  const offset = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  if (![OS2_HEADER, 40, 52, 56, 64, 108, 124].includes(size)) throw new Error(`its header has ${size} bytes`);
  if (bytes.length < 14 + size) throw new Error('it ends within its header');
  const old = size === OS2_HEADER;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const signed = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signed);
  if (width < 1 || height < 1) throw new Error(`its size is ${width} x ${signed}`);
  const bits = view.getUint16(old ? 24 : 28, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`it has ${bits} bits a pixel`);
  const compression = old ? NONE : view.getUint32(30, true);
  checkCompression(compression, bits);
  const masked = compression === MASKS || compression === MASKS_WITH_ALPHA;
  const masks = masked ? readMasks(view, size, compression) : defaultMasks(bits);
  const start = 14 + size + (masked && size === 40 ? (compression === MASKS ? 12 : 16) : 0);
  const colours = bits > 8 ? 0 : (old ? 0 : view.getUint32(46, true)) || 2 ** bits;
  if (colours > 256) throw new Error(`it has ${colours} colours`);
  const palette = readPalette(bytes, start, colours, old ? 3 : 4);
  return { width, height, downward: signed < 0, bits, compression, offset, palette, masks };
}

function checkCompression(compression: number, bits: number): void {
  const right =
    compression === NONE ||
    (compression === RUN_LENGTHS_8 && bits === 8) ||
    (compression === RUN_LENGTHS_4 && bits === 4) ||
    ((compression === MASKS || compression === MASKS_WITH_ALPHA) && (bits === 16 || bits === 32));
  if (!right) throw new Error(`it has compression ${compression} with ${bits} bits a pixel`);
}

function defaultMasks(bits: number): Header['masks'] {
  return bits === 16 ? DEFAULT_MASKS[16] : DEFAULT_MASKS[32];
}

function readMasks(view: DataView, size: number, compression: number): Header['masks'] {
  const at = (place: number): number => {
    if (place + 4 > view.byteLength) throw new Error('it ends within its header');
    return view.getUint32(place, true);
  };
  const alpha = size >= 56 || compression === MASKS_WITH_ALPHA ? at(66) : 0;
  return [at(54), at(58), at(62), alpha];
}

function readPalette(bytes: Uint8Array, start: number, colours: number, step: number): Uint8Array {
  if (bytes.length < start + colours * step) throw new Error('it ends within its palette');
  const palette = new Uint8Array(colours * 3);
  for (let colour = 0; colour < colours; colour += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      // Stored blue first.
      palette[colour * 3 + channel] = bytes[start + colour * step + 2 - channel] ?? 0;
    }
  }
  return palette;
}

function decode(bytes: Uint8Array): Raster {
  const header = readHeader(bytes);
  const { width, height, bits, compression, offset, masks } = header;
  if (compression === RUN_LENGTHS_8 || compression === RUN_LENGTHS_4) {
    const indices = decodeRunLengths(bytes.subarray(offset), width, height, bits === 4);
    return { width, height, channels: 3, pixels: coloured(header, (x, y) => indices[y * width + x] ?? 0) };
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  // The last row's padding may be missing.
  const needed = offset + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (bytes.length < needed) throw new Error('it ends before its last row');
  if (bits <= 8) {
    const first = 8 - bits;
    const index = (x: number, y: number): number => {
      const byte = bytes[offset + y * stride + Math.floor((x * bits) / 8)] ?? 0;
      return (byte >> (first - ((x * bits) & 7))) & (2 ** bits - 1);
    };
    return { width, height, channels: 3, pixels: coloured(header, index) };
  }
  const view = viewOf(bytes);
  const alpha = bits !== 24 && masks[3] !== 0;
  const channels = alpha ? 4 : 3;
  const pixels = new Uint8Array(width * height * channels);
  const scales = masks.map(channelOf);
  for (let y = 0; y < height; y += 1) {
    const row = rowOf(header, y);
    for (let x = 0; x < width; x += 1) {
      const from = offset + y * stride + (x * bits) / 8;
      const to = (row * width + x) * channels;
      if (bits === 24) {
        for (let channel = 0; channel < 3; channel += 1)
          pixels[to + channel] = bytes[from + 2 - channel] ?? 0;
      } else {
        const value = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
        for (let channel = 0; channel < channels; channel += 1)
          pixels[to + channel] = scales[channel]?.(value) ?? 0;
      }
    }
  }
  return { width, height, channels, pixels };
}

/** Where a stored row stands in the picture. */
function rowOf({ height, downward }: Header, stored: number): number {
  return downward ? stored : height - 1 - stored;
}

/** A channel's value, 0 to 255, of a whole pixel. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = Math.log2((mask & -mask) >>> 0);
  const most = mask >>> shift;
  return (pixel) => Math.trunc((((pixel & mask) >>> shift) * 255) / most);
}

function coloured(header: Header, index: (x: number, y: number) => number): Uint8Array {
  const { width, height, palette } = header;
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const row = rowOf(header, y);
    for (let x = 0; x < width; x += 1) {
      const colour = index(x, y) * 3;
      // A number beyond the palette is black, as Pillow has it.
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[(row * width + x) * 3 + channel] = palette[colour + channel] ?? 0;
      }
    }
  }
  return pixels;
}

export const bmp: RasterFormat = {
  name: 'BMP',
  matches: (start) =>
    start[0] === 0x42 && start[1] === 0x4d && start[15] === 0 && start[16] === 0 && start[17] === 0,
  size: readHeader,
  decode,
};
