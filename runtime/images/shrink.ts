import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import type { Size } from './geometry.ts';

/*
 * How libvips 8.18 shrinks a picture, which sharp asks in Node: columns first, then rows; on each axis whole pixels are
 * averaged until at least a factor of two is left, and then the kernel is laid over the
 * rest, at one of 64 places between two pixels. 8 bits after every step. `tests/runtime/shrink.test.ts` compares it with sharp.
 */

type Interpolation = ImagePreprocessing['interpolation'];

const FILTERS: Record<
  Exclude<Interpolation, 'nearest'>,
  { support: number; weight(distance: number): number }
> = {
  bilinear: { support: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  // Catmull and Rom's cubic.
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
      if (x <= 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
      return 0;
    },
  },
};

/** Places of the kernel between two pixels. */
const PLACES = 64;
/** Weights are whole numbers of this part of one. */
const FIXED = 2 ** 12;
/** A kernel is laid over at least so many pixels for one: what is more is averaged before. */
const GAP = 2;

/** Pixels of one axis that become one: the first of them, which may lie outside of the picture, and their weights. */
type Tap = { readonly first: number; readonly weights: readonly number[] };

/** One step on one axis: a tap for each pixel that it leaves, and the pixel's value from the weighted sum. */
type Step = { readonly taps: readonly Tap[]; readonly finish: (sum: number) => number };

type Pixels = Uint8Array | Uint8ClampedArray;

/** The steps on one axis. */
function stepsOf(from: number, to: number, interpolation: Interpolation): readonly Step[] {
  if (from === to) return [];
  if (interpolation === 'nearest') return [nearestOf(from, to)];
  // A reciprocal of the scale, which is one itself: where a place is just between two, it is noise that decides.
  const shrink = 1 / (1 / (from / to));
  const whole = Math.max(1, Math.floor(shrink / GAP));
  const averaged = Math.ceil(from / whole);
  const rest = shrink / whole;
  const averages = Array.from({ length: averaged }, (_, index) => ({
    first: index * whole,
    weights: new Array<number>(whole).fill(1),
  }));
  const { support, weight } = FILTERS[interpolation];
  const points = 2 * Math.round(support * rest) + 1;
  const kernels = Array.from({ length: PLACES + 1 }, (_, place) => {
    const half = place / PLACES + points / 2 - 1;
    const weights = Array.from({ length: points }, (_, index) => weight((index - half) / rest));
    const sum = weights.reduce((total, each) => total + each, 0);
    return weights.map((each) => Math.trunc((each / sum) * FIXED));
  });
  const kernel = Array.from({ length: to }, (_, index): Tap => {
    const centre = (index + 0.5) * rest;
    const pixel = Math.trunc(centre);
    const place = ((Math.trunc(centre * PLACES * 2) % (PLACES * 2)) + 1) >> 1;
    return { first: pixel - (Math.ceil(points / 2) - 1), weights: kernels[place] ?? [] };
  });
  const laid: Step = { taps: kernel, finish: (sum) => Math.floor((sum + FIXED / 2) / FIXED) };
  if (whole === 1) return [laid];
  // Multiplied by a reciprocal of 24 bits, which is a little too small: an average that is a whole number may be one less.
  const reciprocal = Math.floor(2 ** 24 / whole);
  const half = whole >> 1;
  return [{ taps: averages, finish: (sum) => Math.floor(((sum + half) * reciprocal) / 2 ** 24) }, laid];
}

/** Of whole groups of pixels the first, and of these the nearest. */
function nearestOf(from: number, to: number): Step {
  const whole = Math.max(1, Math.floor(from / to / GAP));
  const rest = from / to / whole;
  const offset = ((from / whole) % 1) / 2;
  const taps = Array.from({ length: to }, (_, index) => ({
    first: whole * Math.floor((index + 0.5) * rest - offset),
    weights: [1],
  }));
  return { taps, finish: (sum) => sum };
}

/**
 * Shrinks RGB pixels.
 *
 * @param pixels [from.height, from.width, 3], 0 to 255.
 * @param to On neither axis larger than `from`.
 * @returns [to.height, to.width, 3]
 */
export function shrinkPixels(
  pixels: Uint8Array,
  from: Size,
  to: Size,
  interpolation: Interpolation,
): Uint8Array {
  let current: Pixels = pixels;
  let { width, height } = from;
  for (const { taps, finish } of stepsOf(from.height, to.height, interpolation)) {
    current = columns(current, width, height, taps, finish);
    height = taps.length;
  }
  for (const { taps, finish } of stepsOf(from.width, to.width, interpolation)) {
    current = rows(current, width, height, taps, finish);
    width = taps.length;
  }
  return new Uint8Array(current.buffer, current.byteOffset, current.length);
}

function columns(
  source: Pixels,
  width: number,
  height: number,
  taps: readonly Tap[],
  finish: Step['finish'],
): Uint8ClampedArray {
  const line = width * 3;
  const target = new Uint8ClampedArray(taps.length * line);
  const sums = new Float64Array(line);
  for (const [row, { first, weights }] of taps.entries()) {
    sums.fill(0);
    for (const [index, weight] of weights.entries()) {
      const start = Math.min(height - 1, Math.max(0, first + index)) * line;
      for (let place = 0; place < line; place += 1)
        sums[place] = (sums[place] ?? 0) + weight * (source[start + place] ?? 0);
    }
    for (let place = 0; place < line; place += 1) target[row * line + place] = finish(sums[place] ?? 0);
  }
  return target;
}

function rows(
  source: Pixels,
  width: number,
  height: number,
  taps: readonly Tap[],
  finish: Step['finish'],
): Uint8ClampedArray {
  const target = new Uint8ClampedArray(height * taps.length * 3);
  for (let line = 0; line < height; line += 1) {
    for (const [column, { first, weights }] of taps.entries()) {
      let [red, green, blue] = [0, 0, 0];
      for (const [index, weight] of weights.entries()) {
        const place = (line * width + Math.min(width - 1, Math.max(0, first + index))) * 3;
        red += weight * (source[place] ?? 0);
        green += weight * (source[place + 1] ?? 0);
        blue += weight * (source[place + 2] ?? 0);
      }
      const place = (line * taps.length + column) * 3;
      target[place] = finish(red);
      target[place + 1] = finish(green);
      target[place + 2] = finish(blue);
    }
  }
  return target;
}
