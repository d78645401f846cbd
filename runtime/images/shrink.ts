import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import type { Size } from './geometry.ts';
import { roundHalfToEven } from './round.ts';
import { sinc } from './sinc.ts';

/*
 * How libvips 8.18 shrinks a picture, which sharp asks in Node: columns first, then rows; on each axis whole pixels are
 * averaged until at least a factor of two is left, and then the kernel is laid over the
 * rest, at one of 64 places between two pixels. 8 bits after every step. Its sources are followed to the order of the
 * floating-point operations: where a place lies just between two of the 64, or a weight on a whole number, it is rounding
 * noise that decides. `tests/runtime/shrink.test.ts` compares it with sharp.
 */

type Interpolation = ImagePreprocessing['interpolation'];

const FILTERS: Record<
  Exclude<Interpolation, 'nearest'>,
  { support: number; weight(distance: number): number }
> = {
  bilinear: { support: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  lanczos: {
    support: 3,
    weight: (distance) => (Math.abs(distance) <= 3 ? sinc(distance) * sinc(distance / 3) : 0),
  },
  // Catmull and Rom's cubic, summed in the order that libvips takes: weights are cut off, not rounded.
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      const square = x * x;
      const cube = square * x;
      if (x <= 1) return (9 * cube - 15 * square + 6) / 6;
      if (x <= 2) return (-3 * cube + 15 * square - 24 * x + 12) / 6;
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

/** Sides of the squares that libvips computes at once, and lines, where it does not go by squares. */
const [SQUARE, LINES, LINES_OF_FILE] = [128, 16, 10];

/**
 * Where sharp has the pixels from that it shrinks: a file, which is decoded line by line; memory, as of what was mirrored
 * upside down or turned by half before; memory in which they were turned by a quarter.
 */
export type PixelSource = 'decoded' | 'held' | 'turned';

/** Pixels of one axis that become one: the first of them, which may lie outside of the picture, and their weights. */
type Tap = { readonly first: number; readonly weights: readonly number[] };

/** One step on one axis: a tap for each pixel that it leaves, and the pixel's value from the weighted sum. */
type Step = { readonly taps: readonly Tap[]; readonly finish: (sum: number) => number };

type Pixels = Uint8Array | Uint8ClampedArray;

/** Pixels of an axis that are averaged, or of which one is taken, before the kernel. */
function wholeOf(from: number, to: number): number {
  return Math.max(1, Math.floor(from / to / GAP));
}

/** The steps on one axis; at each `strip` pixels of the result the places are computed anew. */
function stepsOf(from: number, to: number, strip: number, interpolation: Interpolation): readonly Step[] {
  if (from === to) return [];
  const whole = wholeOf(from, to);
  // sharp gives the reciprocal of the factor.
  const scale = 1 / (from / to);
  if (interpolation === 'nearest') return [nearestOf(from, to, whole, scale, strip)];
  const shrink = 1 / scale;
  const rest = shrink / whole;
  const { support, weight } = FILTERS[interpolation];
  const points = 2 * roundHalfToEven(support * rest) + 1;
  const kernels = Array.from({ length: PLACES + 1 }, (_, place) => {
    const half = place / PLACES + points / 2 - 1;
    const weights = Array.from({ length: points }, (_, index) => weight((index - half) / rest));
    const sum = weights.reduce((total, each) => total + each, 0);
    return weights.map((each) => Math.trunc((each / sum) * FIXED));
  });
  const kernel = placesOf(to, rest, (to * shrink - from) / whole, strip).map((centre): Tap => {
    const place = ((Math.trunc(centre * PLACES * 2) % (PLACES * 2)) + 1) >> 1;
    return { first: Math.trunc(centre) - (Math.ceil(points / 2) - 1), weights: kernels[place] ?? [] };
  });
  const laid: Step = { taps: kernel, finish: (sum) => Math.floor((sum + FIXED / 2) / FIXED) };
  if (whole === 1) return [laid];
  const averages = Array.from({ length: Math.ceil(from / whole) }, (_, index) => ({
    first: index * whole,
    weights: new Array<number>(whole).fill(1),
  }));
  // Multiplied by a reciprocal of 24 bits, which is a little too small: an average that is a whole number may be one less.
  const reciprocal = Math.floor(2 ** 24 / whole);
  const half = whole >> 1;
  return [{ taps: averages, finish: (sum) => Math.floor(((sum + half) * reciprocal) / 2 ** 24) }, laid];
}

/** Of whole groups of pixels the first, and of these the nearest; what is no whole group is left out, half at each end. */
function nearestOf(from: number, to: number, whole: number, scale: number, strip: number): Step {
  const groups = Math.floor(from / whole);
  const rest = 1 / Math.max(scale * whole, 1 / groups);
  const taps = placesOf(to, rest, to * rest - groups, strip).map((centre) => ({
    first: whole * Math.trunc(centre),
    weights: [1],
  }));
  return { taps, finish: (sum) => sum };
}

/**
 * Where the kernel is laid.
 *
 * @param rest pixels of the picture for one
 * @param beyond pixels by which all of them reach beyond the picture
 * @param strip at each so many one is computed, and the others are added up from it
 */
function placesOf(count: number, rest: number, beyond: number, strip: number): readonly number[] {
  const offset = (1 + beyond) / 2 - 1;
  const places: number[] = [];
  let place = 0;
  for (let index = 0; index < count; index += 1) {
    place = index % strip === 0 ? (index + 0.5) * rest - 0.5 - offset : place + rest;
    places.push(place);
  }
  return places;
}

/**
 * Shrinks RGB pixels.
 *
 * @param pixels [from.height, from.width, 3], 0 to 255.
 * @param to On neither axis larger than `from`.
 * @param source Default `decoded`.
 * @returns [to.height, to.width, 3]
 */
export function shrinkPixels(
  pixels: Uint8Array,
  from: Size,
  to: Size,
  interpolation: Interpolation,
  source: PixelSource = 'decoded',
): Uint8Array {
  const tile = tileOf(from, to, interpolation, source);
  let current: Pixels = pixels;
  let { width, height } = from;
  for (const { taps, finish } of stepsOf(from.height, to.height, tile.height, interpolation)) {
    current = columns(current, width, height, taps, finish);
    height = taps.length;
  }
  for (const { taps, finish } of stepsOf(from.width, to.width, tile.width, interpolation)) {
    current = rows(current, width, height, taps, finish);
    width = taps.length;
  }
  return new Uint8Array(current.buffer, current.byteOffset, current.length);
}

/**
 * What libvips computes at once of the result. Within it places are added up from the first one, whose rounding noise
 * decides where a place lies just between two.
 */
function tileOf(from: Size, to: Size, interpolation: Interpolation, source: PixelSource): Size {
  const averages = (axis: keyof Size) => interpolation !== 'nearest' && wholeOf(from[axis], to[axis]) > 1;
  // What averages down the columns asks for squares, and what averages along the lines for few of these at a time.
  const isSquare = source === 'turned' || averages('height');
  const width = isSquare ? SQUARE : Number.POSITIVE_INFINITY;
  if (source === 'decoded') return { width, height: LINES_OF_FILE };
  return { width, height: isSquare && !averages('width') ? SQUARE : LINES };
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
