import { firstOf, floatOf, fourOf, isBroken, lowerTwo, magnitudeOf, unitOf, upperTwo } from './kinds';

/**
 * Quantises a block, in float64.
 *
 * @param filled weights, zeros at their end among them, by which they are a multiple of 32
 * @param bytes of the block's numbers
 * @returns whether its weights are finite numbers
 */
export function quantiseBlock<T>(
  bits: i32,
  from: usize,
  filled: i32,
  bytes: i32,
  values: usize,
  scale: usize,
): bool {
  const farthest = farthestOf<T>(from, filled);
  if (isBroken<T>(farthest)) return false;
  const middle = 1 << (bits - 1);
  const distance = <f64>floatOf<T>(farthest);
  if (distance === 0) {
    memory.fill(values, bits === 4 ? 0x88 : 0x80, bytes);
    f32.store(scale, 0);
  } else {
    f32.store(scale, numbersOf<T>(bits, from, filled, -middle / distance, values));
  }
  return true;
}

/**
 * The bits of the weight farthest from zero. As whole numbers, the bits of weights above zero are in their order, and
 * those of weights below are above them all, in the order of their magnitudes.
 */
function farthestOf<T>(from: usize, filled: i32): i32 {
  let above = i32x4.splat(0);
  let below = above;
  const end = from + filled * sizeof<T>();
  let at = from;
  // V8 takes what does not change out of loops that begin with their body.
  do {
    const low = v128.load(at);
    const high = v128.load(at, 16);
    if (isFloat<T>()) {
      above = i32x4.max_s(above, i32x4.max_s(low, high));
      below = i32x4.max_u(below, i32x4.max_u(low, high));
    } else {
      above = i16x8.max_s(above, i16x8.max_s(low, high));
      below = i16x8.max_u(below, i16x8.max_u(low, high));
    }
    at += 32;
  } while (at < end);
  if (!isFloat<T>()) {
    above = i32x4.max_s(i32x4.extend_low_i16x8_s(above), i32x4.extend_high_i16x8_s(above));
    below = i32x4.max_u(i32x4.extend_low_i16x8_s(below), i32x4.extend_high_i16x8_s(below));
  }
  above = i32x4.max_s(above, v128.shuffle<i32>(above, above, 2, 3, 0, 1));
  above = i32x4.max_s(above, v128.shuffle<i32>(above, above, 1, 0, 3, 2));
  below = i32x4.max_u(below, v128.shuffle<i32>(below, below, 2, 3, 0, 1));
  below = i32x4.max_u(below, v128.shuffle<i32>(below, below, 1, 0, 3, 2));
  const most = i32x4.extract_lane(above, 0);
  const least = i32x4.extract_lane(below, 0);
  const magnitude = magnitudeOf<T>(least);
  if (least < 0 && magnitude === most) return firstOf<T>(from, most);
  return magnitude > most ? least : most;
}

/** Writes the numbers of a block's weights. @returns the scale */
function numbersOf<T>(bits: i32, from: usize, filled: i32, perScale: f64, values: usize): f32 {
  const middle = 1 << (bits - 1);
  const factor = f64x2.splat(perScale);
  const rounding = f64x2.splat(middle + 0.5);
  const highest = f64x2.splat(2 * middle - 1);
  const middles = f64x2.splat(middle);
  const shortMiddles = i16x8.splat(<i16>middle);
  let product = f64x2.splat(0);
  let other = f64x2.splat(0);
  let squares = i32x4.splat(0);
  const end = from + filled * sizeof<T>();
  do {
    const low = fourOf<T>(from);
    const high = fourOf<T>(from + 4 * sizeof<T>());
    const first = lowerTwo(low);
    const second = upperTwo(low);
    const third = lowerTwo(high);
    const fourth = upperTwo(high);
    const one = rounded(first, factor, rounding, highest);
    const two = rounded(second, factor, rounding, highest);
    const three = rounded(third, factor, rounding, highest);
    const four = rounded(fourth, factor, rounding, highest);
    product = f64x2.add(product, f64x2.mul(first, f64x2.sub(one, middles)));
    other = f64x2.add(other, f64x2.mul(second, f64x2.sub(two, middles)));
    product = f64x2.add(product, f64x2.mul(third, f64x2.sub(three, middles)));
    other = f64x2.add(other, f64x2.mul(fourth, f64x2.sub(four, middles)));
    const numbers = i16x8.narrow_i32x4_u(whole(one, two), whole(three, four));
    const differences = i16x8.sub(numbers, shortMiddles);
    squares = i32x4.add(squares, i32x4.dot_i16x8_s(differences, differences));
    if (bits === 4) {
      // Two numbers in each 32 bits come together in its lowest byte.
      const pairs = v128.and(v128.or(numbers, i32x4.shr_u(numbers, 12)), i32x4.splat(0xff));
      const bytes = i16x8.narrow_i32x4_u(pairs, pairs);
      v128.store32_lane(values, i8x16.narrow_i16x8_u(bytes, bytes), 0);
      values += 4;
    } else {
      v128.store64_lane(values, i8x16.narrow_i16x8_u(numbers, numbers), 0);
      values += 8;
    }
    from += 8 * sizeof<T>();
  } while (from < end);
  product = f64x2.add(product, other);
  const square =
    i32x4.extract_lane(squares, 0) +
    i32x4.extract_lane(squares, 1) +
    i32x4.extract_lane(squares, 2) +
    i32x4.extract_lane(squares, 3);
  const sum = f64x2.extract_lane(product, 0) + f64x2.extract_lane(product, 1);
  return <f32>((sum / <f64>square) * unitOf<T>());
}

/** Rounded half up: nothing is below zero. */
function rounded(weights: v128, factor: v128, rounding: v128, highest: v128): v128 {
  return f64x2.pmin(highest, f64x2.floor(f64x2.add(f64x2.mul(weights, factor), rounding)));
}

/** Whole float64 numbers below 2^32 as int32: the lower halves of what adding 2^52 makes of them. */
function whole(low: v128, high: v128): v128 {
  const unit = f64x2.splat(4503599627370496);
  return v128.shuffle<i32>(f64x2.add(low, unit), f64x2.add(high, unit), 0, 2, 4, 6);
}
