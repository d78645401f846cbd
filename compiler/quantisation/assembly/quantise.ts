import { quantiseHalves } from './halves';
import { BLOCK, GROUP } from './halves-block';
import { firstOf, floatOf, fourOf, isBroken, lowerTwo, magnitudeOf, unitOf, upperTwo } from './kinds';

export { turn } from './turn';

/** What is handled together: as many weights as a block of MatMulNBits has at least. */
const TOGETHER: i32 = 32;

/** How weights lie in memory. */
type Float32 = f32;
type Float16 = i16;
type Bfloat16 = u16;

/**
 * Quantises rows that lie one after the other, block by block. In each block the weight farthest from zero, the first
 * of equals, is put at the lowest number; then the scale is set to what makes the squared error smallest with the numbers
 * found. A weight that becomes another number than the middle is no smaller than the farthest by more than the format's
 * bits, so that the sums of a block are exact in float64, in whatever order they are added up.
 *
 * @param kind of the weights: 0 float32, 1 float16, 2 bfloat16
 * @param bits of a number: 4 or 8
 * @param block weights that share a scale, at most 65,536
 * @param values where numbers go, with 32 bytes to spare
 * @param scales where float32 scales go
 * @param sums where the sum of each block's magnitudes goes, as float64; 0 for nowhere
 * @param room for a block's weights and 4,096 bytes
 * @returns the row of the first weight that is no finite number, or -1
 */
export function quantise(
  kind: i32,
  bits: i32,
  weights: usize,
  rows: i32,
  width: i32,
  block: i32,
  values: usize,
  scales: usize,
  sums: usize,
  room: usize,
): i32 {
  if (kind === 0) return quantiseAs<Float32>(bits, weights, rows, width, block, values, scales, sums, room);
  if (kind === 1) return quantiseAs<Float16>(bits, weights, rows, width, block, values, scales, sums, room);
  return quantiseAs<Bfloat16>(bits, weights, rows, width, block, values, scales, sums, room);
}

function quantiseAs<T>(
  bits: i32,
  weights: usize,
  rows: i32,
  width: i32,
  block: i32,
  values: usize,
  scales: usize,
  sums: usize,
  room: usize,
): i32 {
  const middle = 1 << (bits - 1);
  const filled = (block + TOGETHER - 1) & -TOGETHER;
  const bytes = (block * bits) >> 3;
  const inFloat32 = !isFloat<T>() && bits === 4 && block === BLOCK && width % block === 0;
  // Rows of whole blocks are blocks side by side.
  const whole = inFloat32 ? rows * width : width;
  const last = inFloat32 ? 1 : rows;
  for (let row = 0; row < last; row++) {
    let again = 0;
    for (let first = 0; first < whole; first += block) {
      if (inFloat32 && first >= again) {
        const done = quantiseHalves<T>(weights, (whole - first) / block, values, scales, room);
        weights += done * block * sizeof<T>();
        values += done * bytes;
        scales += done * sizeof<f32>();
        first += done * block;
        if (first === whole) break;
        again = first + GROUP * block;
      }
      const count = min(block, whole - first);
      let from = weights;
      if (count < filled) {
        from = room;
        memory.copy(room, weights, count * sizeof<T>());
        memory.fill(room + count * sizeof<T>(), 0, (filled - count) * sizeof<T>());
      }
      const farthest = farthestOf<T>(from, filled);
      if (isBroken<T>(farthest)) return row + first / width;
      const distance = <f64>floatOf<T>(farthest);
      if (distance === 0) {
        memory.fill(values, bits === 4 ? 0x88 : 0x80, bytes);
        f32.store(scales, 0);
      } else {
        f32.store(scales, numbersOf<T>(bits, from, filled, -middle / distance, values));
      }
      if (sums !== 0) {
        f64.store(sums, magnitudesOf<T>(from, filled));
        sums += 8;
      }
      weights += count * sizeof<T>();
      values += bytes;
      scales += 4;
    }
  }
  return -1;
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

/** The sum of all magnitudes. */
function magnitudesOf<T>(from: usize, filled: i32): f64 {
  let sum = f64x2.splat(0);
  const end = from + filled * sizeof<T>();
  do {
    const four = f32x4.abs(fourOf<T>(from));
    sum = f64x2.add(sum, f64x2.add(lowerTwo(four), upperTwo(four)));
    from += 4 * sizeof<T>();
  } while (from < end);
  return (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)) * unitOf<T>();
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
