/** Powers of two from 1 up to 2, which `powers` holds as float64. */
const STEP_BITS: i32 = 11;
const STEPS: i32 = 1 << STEP_BITS;
const STEPS_OF_ONE: f64 = <f64>STEPS / Math.LN2;
const STEP: f64 = Math.LN2 / <f64>STEPS;
/** Smaller powers of e do not count beside 1. */
const SMALLEST: f64 = -700;

/** The highest of float32 values; `count` is a multiple of 4. NaN is no value. */
export function highestOf(values: usize, count: i32): f32 {
  let highest = f32x4.splat(-Infinity);
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) highest = f32x4.pmax(highest, v128.load(values));
  return max(
    max(f32x4.extract_lane(highest, 0), f32x4.extract_lane(highest, 1)),
    max(f32x4.extract_lane(highest, 2), f32x4.extract_lane(highest, 3)),
  );
}

/**
 * The sum of e^(value - highest) of float32 values, in float64: of every fourth value, of which sums two are added at a
 * time. NaN where one of the values is NaN.
 *
 * @param count a multiple of 4
 * @param powers 2^(i/2048) for i from 0 to 2047
 */
export function sumOfExponentials(values: usize, count: i32, highest: f64, powers: usize): f64 {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 16) {
    first = f64x2.add(first, exponentialsOf(v128.load64_zero(values), highest, powers));
    second = f64x2.add(second, exponentialsOf(v128.load64_zero(values, 8), highest, powers));
  }
  const all = f64x2.add(first, second);
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

// A power of e is one of the powers of two, times a whole one, times a number next to 1.
function exponentialsOf(pair: v128, highest: f64, powers: usize): v128 {
  const x = f64x2.sub(f64x2.promote_low_f32x4(pair), f64x2.splat(highest));
  const steps = i32x4.trunc_sat_f64x2_s_zero(
    f64x2.sub(f64x2.mul(x, f64x2.splat(STEPS_OF_ONE)), f64x2.splat(0.5)),
  );
  const rest = f64x2.sub(x, f64x2.mul(f64x2.convert_low_i32x4_s(steps), f64x2.splat(STEP)));
  let near = f64x2.add(f64x2.splat(0.5), f64x2.mul(rest, f64x2.splat(1.0 / 6.0)));
  near = f64x2.add(f64x2.splat(1), f64x2.mul(rest, near));
  near = f64x2.add(f64x2.splat(1), f64x2.mul(rest, near));
  const between = f64x2.replace_lane(
    f64x2.splat(powerAt(powers, i32x4.extract_lane(steps, 0))),
    1,
    powerAt(powers, i32x4.extract_lane(steps, 1)),
  );
  const exponents = i64x2.extend_low_i32x4_s(i32x4.shr_s(steps, STEP_BITS));
  const whole = i64x2.shl(i64x2.add(exponents, i64x2.splat(1023)), 52);
  const result = f64x2.mul(f64x2.mul(between, whole), near);
  return v128.andnot(result, f64x2.lt(x, f64x2.splat(SMALLEST)));
}

function powerAt(powers: usize, steps: i32): f64 {
  return load<f64>(powers + ((<usize>(steps & (STEPS - 1))) << 3));
}
