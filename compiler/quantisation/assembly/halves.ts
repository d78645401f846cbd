import { firstOf } from './kinds';

/**
 * Blocks of 32 halves in 4 bits, in float32, which finds what float64 finds (`quantise.ts`), to the last bit.
 *
 * A half has 11 digits at most. So a quotient that is not in the middle of two numbers is 2^-12 or more away from it;
 * float32's is less than 2^-19 off, and the sum with `BASE` has digits down to 2^-15, so that it is in the middle exactly
 * where the quotient is. What float64 itself takes for less than the middle is left to it. A weight's product with a
 * number other than the middle is a whole multiple of 2^-14 of the farthest weight's power of two, since it is no smaller
 * than a sixteenth of that weight; the sum of 32 is below 2^23 such multiples, and exact.
 */

export const BLOCK: i32 = 32;
/** Blocks whose farthest weights are found together. */
export const GROUP: i32 = 4;
/** Groups that are handled before the next, so that what is read twice is still near. */
const GROUPS: i32 = 16;
/** Bytes of a block. */
const WEIGHTS: i32 = 64;
const VALUES: i32 = 16;
const SUMS: i32 = 32;

const MIDDLE: i32 = 8;
/** What is added to numbers to have them in the same bits of float32. */
const BASE: f32 = 256;
/** Its bits behind the point. */
const BEHIND: i32 = 15;
/** Its bits before those. */
const BASE_BITS: i16 = <i16>((127 + 8) << 8);

/**
 * Quantises blocks that lie one after the other, as many as float32 is enough for.
 *
 * @param blocks how many there are
 * @param room for 2,304 bytes
 * @returns how many are done; a group at most follows whose blocks take float64
 */
export function quantiseHalves<T>(
  weights: usize,
  blocks: i32,
  values: usize,
  scales: usize,
  room: usize,
): i32 {
  const sums = room + 4 * GROUP * GROUPS;
  let done = 0;
  while (blocks - done >= GROUP) {
    const most = min(GROUPS, (blocks - done) / GROUP);
    const groups = factorsOf<T>(weights, most, room);
    if (groups > 0) {
      numbersOf<T>(weights, groups * GROUP, room, values, sums);
      scalesOf(sums, groups, scales);
    }
    done += groups * GROUP;
    if (groups < most) break;
    weights += groups * GROUP * WEIGHTS;
    values += groups * GROUP * VALUES;
    scales += groups * GROUP * 4;
  }
  return done;
}

/**
 * Finds what the weights of blocks are to be multiplied by.
 *
 * @param factors where it goes, a float32 a block
 * @returns the groups before one that takes float64
 */
function factorsOf<T>(weights: usize, groups: i32, factors: usize): i32 {
  // In float16, what is below 2^-14 is taken for something else below that, which has to become the middle. In bfloat16,
  // quotients and sums must be in float32's range.
  const least = isSigned<T>() ? 5 << 10 : 27 << 7;
  const most = isSigned<T>() ? 31 << 10 : 227 << 7;
  let done = 0;
  do {
    const above = highestOfFour(
      highestOf(weights),
      highestOf(weights + WEIGHTS),
      highestOf(weights + 2 * WEIGHTS),
      highestOf(weights + 3 * WEIGHTS),
    );
    const below = lowestOfFour(
      lowestOf(weights),
      lowestOf(weights + WEIGHTS),
      lowestOf(weights + 2 * WEIGHTS),
      lowestOf(weights + 3 * WEIGHTS),
    );
    const magnitudes = v128.and(below, i32x4.splat(0x7fff));
    let farthest = v128.bitselect(below, above, i32x4.gt_s(magnitudes, above));
    const distances = v128.and(farthest, i32x4.splat(0x7fff));
    const inRange = v128.and(
      i32x4.ge_s(distances, i32x4.splat(least)),
      i32x4.lt_s(distances, i32x4.splat(most)),
    );
    if (!i32x4.all_true(inRange)) break;
    const isEither = v128.and(i32x4.eq(magnitudes, above), i32x4.lt_s(below, i32x4.splat(0)));
    if (v128.any_true(isEither)) farthest = firstOfFour<T>(weights, isEither, farthest, factors);
    const floats = floatsOf<T>(farthest);
    const isEven = i32x4.eq(v128.and(distances, i32x4.splat(7)), i32x4.splat(0));
    if (v128.any_true(isEven) && v128.any_true(v128.and(isEven, roundDown(floats)))) break;
    v128.store(factors, f32x4.div(f32x4.splat(-(<f32>MIDDLE)), floats));
    weights += GROUP * WEIGHTS;
    factors += GROUP * 4;
  } while (++done < groups);
  return done;
}

/** The highest of a block's bits as signed numbers: weights above zero are in their order. It is among eight. */
function highestOf(weights: usize): v128 {
  return i16x8.max_s(
    i16x8.max_s(v128.load(weights), v128.load(weights, 16)),
    i16x8.max_s(v128.load(weights, 32), v128.load(weights, 48)),
  );
}

/** The highest as unsigned numbers: weights below zero are above all others, in the order of their magnitudes. */
function lowestOf(weights: usize): v128 {
  return i16x8.max_u(
    i16x8.max_u(v128.load(weights), v128.load(weights, 16)),
    i16x8.max_u(v128.load(weights, 32), v128.load(weights, 48)),
  );
}

/** The highest of each of four blocks. */
function highestOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i16x8.max_s(pairsOfFirst(a, b), pairsOfLast(a, b));
  const cd = i16x8.max_s(pairsOfFirst(c, d), pairsOfLast(c, d));
  const pairs = i16x8.max_s(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
  return i32x4.shr_s(i16x8.max_s(pairs, i32x4.shl(pairs, 16)), 16);
}

function lowestOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i16x8.max_u(pairsOfFirst(a, b), pairsOfLast(a, b));
  const cd = i16x8.max_u(pairsOfFirst(c, d), pairsOfLast(c, d));
  const pairs = i16x8.max_u(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
  return i32x4.shr_s(i16x8.max_u(pairs, i32x4.shl(pairs, 16)), 16);
}

/** Where a weight and its negative are both the farthest, the one that is first. */
function firstOfFour<T>(weights: usize, isEither: v128, farthest: v128, room: usize): v128 {
  const either = i32x4.bitmask(isEither);
  v128.store(room, farthest);
  for (let block = 0; block < GROUP; block++) {
    const at = room + 4 * block;
    if (((either >> block) & 1) === 1)
      i32.store(at, firstOf<T>(weights + block * WEIGHTS, i32.load(at) & 0x7fff));
  }
  return v128.load(room);
}

/** Four blocks' farthest weights. Float16's exponents get float32's bias, also those of zero and below 2^-14. */
function floatsOf<T>(bits: v128): v128 {
  if (!isSigned<T>()) return i32x4.shl(bits, 16);
  return i32x4.add(v128.and(i32x4.shl(bits, 13), i32x4.splat(0x8fff_e000)), i32x4.splat(112 << 23));
}

/**
 * Beside which of four farthest weights float64 takes a weight in the middle of two numbers for less. Of those in the
 * farthest weight's direction, from 9 sixteenths of it on, the sum has room for the quotient's last bit. They are halves
 * only if its last three bits are zeros.
 */
function roundDown(farthest: v128): v128 {
  return v128.shuffle<i32>(
    twoRoundDown(f64x2.promote_low_f32x4(farthest)),
    twoRoundDown(f64x2.promote_low_f32x4(v128.shuffle<i32>(farthest, farthest, 2, 3, 2, 3))),
    0,
    2,
    4,
    6,
  );
}

function twoRoundDown(farthest: v128): v128 {
  const factors = f64x2.div(f64x2.splat(-MIDDLE), farthest);
  return v128.or(
    v128.or(isBeyond(farthest, factors, 9), isBeyond(farthest, factors, 11)),
    v128.or(isBeyond(farthest, factors, 13), isBeyond(farthest, factors, 15)),
  );
}

/** Whether so many sixteenths of the farthest weights become more than they are. */
function isBeyond(farthest: v128, factors: v128, sixteenths: f64): v128 {
  const quotients = f64x2.mul(f64x2.mul(farthest, f64x2.splat(sixteenths / 16)), factors);
  return f64x2.lt(quotients, f64x2.splat(-sixteenths / 2));
}

/**
 * Writes the numbers of blocks.
 *
 * @param sums where four sums of weights times numbers go, in float32, and four of squared numbers, in int32
 */
function numbersOf<T>(weights: usize, blocks: i32, factors: usize, values: usize, sums: usize): void {
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

/** Writes the scales of groups: in float32 as in float64, whose digits are more than twice as many. */
function scalesOf(sums: usize, groups: i32, scales: usize): void {
  do {
    const products = sumOfFour(
      v128.load(sums),
      v128.load(sums + SUMS),
      v128.load(sums + 2 * SUMS),
      v128.load(sums + 3 * SUMS),
    );
    const squares = sumOfFourWhole(
      v128.load(sums, 16),
      v128.load(sums + SUMS, 16),
      v128.load(sums + 2 * SUMS, 16),
      v128.load(sums + 3 * SUMS, 16),
    );
    v128.store(scales, f32x4.div(products, f32x4.convert_i32x4_s(squares)));
    sums += GROUP * SUMS;
    scales += GROUP * 4;
  } while (--groups > 0);
}

function sumOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(pairsOfFirst(a, b), pairsOfLast(a, b));
  const cd = f32x4.add(pairsOfFirst(c, d), pairsOfLast(c, d));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

function sumOfFourWhole(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(pairsOfFirst(a, b), pairsOfLast(a, b));
  const cd = i32x4.add(pairsOfFirst(c, d), pairsOfLast(c, d));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** The first halves of two blocks' vectors, in turns. */
function pairsOfFirst(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

function pairsOfLast(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}
