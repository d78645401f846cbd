import { quantiseBlock } from './block';
import { BLOCK, GROUP, pairsOfFirst, pairsOfLast, SUMS, VALUES, WEIGHTS } from './halves-block';
import { factorsOf } from './halves-factors';
import { numbersOf } from './halves-numbers';

/**
 * Blocks of 32 halves in 4 bits, in float32, which finds what float64 finds (`quantise.ts`), to the last bit.
 *
 * A half has 11 digits at most. So a quotient that is not in the middle of two numbers is 2^-12 or more away from it;
 * float32's is less than 2^-19 off, and the sum with `BASE` (`halves-numbers.ts`) has digits down to 2^-15, so that it
 * is in the middle exactly where the quotient is. What float64 itself takes for less than the middle is left to it. A
 * weight's product with a number other than the middle is a whole multiple of 2^-14 of the farthest weight's power of
 * two, since it is no smaller than a sixteenth of that weight; the sum of 32 is below 2^23 such multiples, and exact.
 */

/** Groups that are handled before the next, so that what is read twice is still near. */
const GROUPS: i32 = 16;

/**
 * Quantises blocks that lie one after the other, as many as float32 is enough for.
 *
 * @param blocks how many there are
 * @param room for 2,312 bytes
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
  const left = sums + SUMS * GROUP * GROUPS;
  let done = 0;
  while (blocks - done >= GROUP) {
    const most = min(GROUPS, (blocks - done) / GROUP);
    const groups = factorsOf<T>(weights, most, room, left);
    if (groups > 0) {
      numbersOf<T>(weights, groups * GROUP, room, values, sums);
      scalesOf(sums, groups, scales);
      for (let blocks = i64.load(left); blocks !== 0; blocks &= blocks - 1) {
        const block = <i32>ctz(blocks);
        const numbers = values + block * VALUES;
        quantiseBlock<T>(4, weights + block * WEIGHTS, BLOCK, VALUES, numbers, scales + 4 * block);
      }
    }
    done += groups * GROUP;
    if (groups < most) break;
    weights += groups * GROUP * WEIGHTS;
    values += groups * GROUP * VALUES;
    scales += groups * GROUP * 4;
  }
  return done;
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
