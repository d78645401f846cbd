import { MIDDLE, SUMS, VALUES, WEIGHTS } from './halves-block';

/** What is added to numbers to have them in the same bits of float32. */
const BASE: f32 = 256;
/** Its bits behind the point. */
const BEHIND: i32 = 15;
/** Its bits before those. */
const BASE_BITS: i16 = <i16>((127 + 8) << 8);

/**
 * Writes the numbers of blocks.
 *
 * @param sums where four sums of weights times numbers go, in float32, and four of squared numbers, in int32
 */
export function numbersOf<T>(weights: usize, blocks: i32, factors: usize, values: usize, sums: usize): void {
  do {
    const factor = v128.load32_splat(factors);
    const first = v128.load(weights);
    const second = v128.load(weights, 16);
    const third = v128.load(weights, 32);
    const fourth = v128.load(weights, 48);
    const a = lowerFour<T>(first);
    const b = upperFour<T>(first);
    const c = lowerFour<T>(second);
    const d = upperFour<T>(second);
    const e = lowerFour<T>(third);
    const f = upperFour<T>(third);
    const g = lowerFour<T>(fourth);
    const h = upperFour<T>(fourth);
    const aNumbers = rounded(a, factor);
    const bNumbers = rounded(b, factor);
    const cNumbers = rounded(c, factor);
    const dNumbers = rounded(d, factor);
    const eNumbers = rounded(e, factor);
    const fNumbers = rounded(f, factor);
    const gNumbers = rounded(g, factor);
    const hNumbers = rounded(h, factor);
    const firstNumbers = shortOf(aNumbers, bNumbers);
    const secondNumbers = shortOf(cNumbers, dNumbers);
    const thirdNumbers = shortOf(eNumbers, fNumbers);
    const fourthNumbers = shortOf(gNumbers, hNumbers);
    v128.store(
      values,
      i8x16.narrow_i16x8_u(inPairs(firstNumbers, secondNumbers), inPairs(thirdNumbers, fourthNumbers)),
    );
    const lower = f32x4.add(
      f32x4.add(product(a, aNumbers), product(b, bNumbers)),
      f32x4.add(product(c, cNumbers), product(d, dNumbers)),
    );
    const upper = f32x4.add(
      f32x4.add(product(e, eNumbers), product(f, fNumbers)),
      f32x4.add(product(g, gNumbers), product(h, hNumbers)),
    );
    v128.store(sums, f32x4.add(lower, upper));
    const squares = i32x4.add(
      i32x4.add(square(firstNumbers), square(secondNumbers)),
      i32x4.add(square(thirdNumbers), square(fourthNumbers)),
    );
    v128.store(sums, squares, 16);
    factors += 4;
    weights += WEIGHTS;
    values += VALUES;
    sums += SUMS;
  } while (--blocks > 0);
}

/** Four of eight halves as float32, as `floatsOf` has them. */
function lowerFour<T>(halves: v128): v128 {
  return v128.shuffle<i16>(lowerBits<T>(halves), upperBits<T>(halves), 0, 8, 1, 9, 2, 10, 3, 11);
}

function upperFour<T>(halves: v128): v128 {
  return v128.shuffle<i16>(lowerBits<T>(halves), upperBits<T>(halves), 4, 12, 5, 13, 6, 14, 7, 15);
}

function lowerBits<T>(halves: v128): v128 {
  return isSigned<T>() ? i16x8.shl(halves, 13) : i16x8.splat(0);
}

function upperBits<T>(halves: v128): v128 {
  if (!isSigned<T>()) return halves;
  return i16x8.add(v128.and(i16x8.shr_s(halves, 3), i16x8.splat(<i16>0x8fff)), i16x8.splat(112 << 7));
}

/** `BASE` and the numbers of four weights. */
function rounded(weights: v128, factor: v128): v128 {
  const quotients = f32x4.add(f32x4.mul(weights, factor), f32x4.splat(BASE + <f32>MIDDLE + 0.5));
  const highest = f32x4.splat(BASE + <f32>(MIDDLE + MIDDLE) - 0.5);
  return v128.and(f32x4.pmin(highest, quotients), i32x4.splat(-1 << BEHIND));
}

/** Eight such numbers, from the middle on. */
function shortOf(low: v128, high: v128): v128 {
  const bits = i16x8.narrow_i32x4_u(i32x4.shr_u(low, BEHIND), i32x4.shr_u(high, BEHIND));
  return i16x8.sub(bits, i16x8.splat(BASE_BITS + <i16>MIDDLE));
}

/** Two numbers in the lower byte of each 16 bits. */
function inPairs(low: v128, high: v128): v128 {
  const numbers = i8x16.add(i8x16.narrow_i16x8_s(low, high), i8x16.splat(<i8>MIDDLE));
  return v128.and(v128.or(numbers, i16x8.shr_u(numbers, 4)), i16x8.splat(0xff));
}

function product(weights: v128, numbers: v128): v128 {
  return f32x4.mul(weights, f32x4.sub(numbers, f32x4.splat(BASE + <f32>MIDDLE)));
}

function square(numbers: v128): v128 {
  return i32x4.dot_i16x8_s(numbers, numbers);
}
