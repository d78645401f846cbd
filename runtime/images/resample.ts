import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import type { Box, Size } from './geometry.ts';
import { sinc } from './sinc.ts';

/*
 * Pillow's resampling, which CLIP's preprocessing uses: separable filters with their support stretched when shrinking,
 * weights rounded to 22 bits, rows first but for the tallest, 8 bits between the passes. Enlargements need it (libvips places an
 * enlarged picture half a pixel off), and what is resized again; larger pictures are shrunk by libvips while they are decoded.
 */

type Interpolation = ImagePreprocessing['interpolation'];
type Pixels = Uint8Array | Uint8ClampedArray;
type Filter = { readonly support: number; readonly weight: (distance: number) => number };

const PRECISION_BITS = 22;

const FILTERS: Record<Exclude<Interpolation, 'nearest'>, Filter> = {
  bilinear: { support: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  lanczos: {
    support: 3,
    weight: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0),
  },
  // Keys' cubic with a = -0.5.
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
      return 0;
    },
  },
};

/** The source pixels of one output pixel and their weights. */
type Tap = { readonly first: number; readonly weights: readonly number[] };

function tapsOf(from: number, to: number, first: number, count: number, interpolation: Interpolation): Tap[] {
  const scale = from / to;
  return Array.from({ length: count }, (_, index) => {
    const centre = (first + index + 0.5) * scale;
    if (interpolation === 'nearest') return { first: Math.floor(centre), weights: [2 ** PRECISION_BITS] };
    const filter = FILTERS[interpolation];
    const stretch = Math.max(1, scale);
    const reach = filter.support * stretch;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: end - start }, (_, place) =>
      filter.weight((start + place - centre + 0.5) / stretch),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first: start, weights: weights.map((weight) => roundWeight(weight / sum)) };
  });
}

/** To fixed point, halves away from zero. */
function roundWeight(weight: number): number {
  return Math.trunc(weight * 2 ** PRECISION_BITS + (weight < 0 ? -0.5 : 0.5));
}

/**
 * Resizes RGB pixels and crops the result; only what survives the crop is computed.
 *
 * @param pixels [height, width, 3], 0 to 255.
 * @param from Size of `pixels`.
 * @param to Size that the picture is resized to.
 * @param crop Part of that to give back.
 * @returns [crop.height, crop.width, 3]: the bytes that Pillow gives.
 */
export function resample(
  pixels: Uint8Array,
  from: Size,
  to: Size,
  crop: Box,
  interpolation: Interpolation,
): Uint8Array {
  const columns = tapsOf(from.width, to.width, crop.left, crop.width, interpolation);
  const rows = tapsOf(from.height, to.height, crop.top, crop.height, interpolation);
  // 8 bits with clamping, as a Uint8ClampedArray does once the fraction is gone.
  const result = columnsFirst(from, to)
    ? across(down(pixels, from.width, rows), crop.height, from.width, columns)
    : down(across(pixels, from.height, from.width, columns), crop.width, rows);
  return new Uint8Array(result.buffer);
}

/** Whether columns are resampled before rows: in Pillow 13, where the height loses over twice the pixels of the width. */
function columnsFirst(from: Size, to: Size): boolean {
  return from.height - to.height > Math.max(0, 2 * (from.width - to.width));
}

const HALF = 2 ** (PRECISION_BITS - 1);

/**
 * Applies the taps along every line. Sums are whole numbers of 32 bits, as in Pillow.
 *
 * @param source [lines, width, 3]
 * @returns [lines, taps, 3]
 */
function across(source: Pixels, lines: number, width: number, taps: readonly Tap[]): Uint8ClampedArray {
  const target = new Uint8ClampedArray(lines * taps.length * 3);
  for (let line = 0; line < lines; line += 1) {
    for (const [index, { first, weights }] of taps.entries()) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let from = (line * width + first) * 3;
      for (let tap = 0; tap < weights.length; tap += 1, from += 3) {
        const weight = weights[tap] ?? 0;
        red += weight * (source[from] ?? 0);
        green += weight * (source[from + 1] ?? 0);
        blue += weight * (source[from + 2] ?? 0);
      }
      const to = (line * taps.length + index) * 3;
      target[to] = red >> PRECISION_BITS;
      target[to + 1] = green >> PRECISION_BITS;
      target[to + 2] = blue >> PRECISION_BITS;
    }
  }
  return target;
}

/**
 * Applies the taps down every column, whole lines at a time.
 *
 * @param source [height, width, 3]
 * @returns [taps, width, 3]
 */
function down(source: Pixels, width: number, taps: readonly Tap[]): Uint8ClampedArray {
  const line = width * 3;
  const target = new Uint8ClampedArray(taps.length * line);
  const sums = new Int32Array(line);
  for (const [row, { first, weights }] of taps.entries()) {
    sums.fill(HALF);
    for (const [tap, weight] of weights.entries()) {
      const from = (first + tap) * line;
      for (let place = 0; place < line; place += 1)
        sums[place] = (sums[place] ?? 0) + weight * (source[from + place] ?? 0);
    }
    for (let place = 0; place < line; place += 1)
      target[row * line + place] = (sums[place] ?? 0) >> PRECISION_BITS;
  }
  return target;
}
