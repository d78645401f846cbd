import { quantiseBlock } from './block';
import { quantiseHalves } from './halves';
import { BLOCK, GROUP } from './halves-block';
import { fourOf, lowerTwo, unitOf, upperTwo } from './kinds';

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
      if (!quantiseBlock<T>(bits, from, filled, bytes, values, scales)) return row + first / width;
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
