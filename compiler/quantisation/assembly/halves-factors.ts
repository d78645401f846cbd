import { GROUP, MIDDLE, pairsOfFirst, pairsOfLast, WEIGHTS } from './halves-block';
import { firstOf } from './kinds';

/**
 * Finds what the weights of blocks are to be multiplied by.
 *
 * @param factors where it goes, a float32 a block
 * @param left where it goes which blocks are left to float64, a bit each, of 64 blocks at most
 * @returns the groups before one that is left to float64 whole
 */
export function factorsOf<T>(weights: usize, groups: i32, factors: usize, left: usize): i32 {
  // In float16, what is below 2^-14 is taken for something else below that, which has to become the middle. In bfloat16,
  // quotients and sums must be in float32's range.
  const least = isSigned<T>() ? 5 << 10 : 27 << 7;
  const most = isSigned<T>() ? 31 << 10 : 227 << 7;
  let done = 0;
  let those: i64 = 0;
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
    if (isSigned<T>()) {
      const down = roundDown(distances);
      if (v128.any_true(down)) those |= (<i64>i32x4.bitmask(down)) << (GROUP * done);
    }
    v128.store(factors, f32x4.div(f32x4.splat(-(<f32>MIDDLE)), floatsOf<T>(farthest)));
    weights += GROUP * WEIGHTS;
    factors += GROUP * 4;
  } while (++done < groups);
  i64.store(left, those);
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
 * Beside which of four farthest weights in float16 float64 takes a weight in the middle of two numbers for less: the
 * quotients of 9, 11, 13 or 15 sixteenths of it, for which the sum has room for the last bit, are less than those. Such
 * weights are halves only if the last three of the farthest's bits are zeros, and whether its quotients are off is told by
 * the seven before them. (Of those that bfloat16 has, none are.)
 */
function roundDown(distances: v128): v128 {
  const isEven = i32x4.eq(v128.and(distances, i32x4.splat(7)), i32x4.splat(0));
  const bytes = v128.and(i32x4.shr_u(distances, 6), i32x4.splat(15));
  const bits = v128.and(i32x4.shr_u(distances, 3), i32x4.splat(7));
  // Beyond the lowest byte of each, both have the first of the table: nothing there.
  const found = v128.and(
    i8x16.swizzle(i8x16(0, 0, 64, 4, -128, 0, 64, -124, 64, 0, 12, 32, 8, 4, 104, 0), bytes),
    i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), bits),
  );
  return v128.and(isEven, i32x4.ne(found, i32x4.splat(0)));
}
