/** The bits of the first weight of a magnitude that is there. */
export function firstOf<T>(from: usize, magnitude: i32): i32 {
  let bits: i32;
  do {
    bits = isFloat<T>() ? i32.load(from) : <i32>load<i16>(from);
    from += sizeof<T>();
  } while (magnitudeOf<T>(bits) !== magnitude);
  return bits;
}

/** Bits without the sign. */
export function magnitudeOf<T>(bits: i32): i32 {
  return bits & (isFloat<T>() ? 0x7fff_ffff : 0x7fff);
}

export function isBroken<T>(bits: i32): bool {
  return magnitudeOf<T>(bits) >= (isFloat<T>() ? 0x7f80_0000 : isSigned<T>() ? 0x7c00 : 0x7f80);
}

/** What bits stand for: in float16 2^-112 of it, as its exponent is that of float32 but for the bias. */
export function floatOf<T>(bits: i32): f32 {
  if (isFloat<T>()) return reinterpret<f32>(bits);
  return reinterpret<f32>(isSigned<T>() ? (bits << 13) & 0x8fff_e000 : bits << 16);
}

/** Four weights, as `floatOf` has them. */
export function fourOf<T>(at: usize): v128 {
  if (isFloat<T>()) return v128.load(at);
  if (!isSigned<T>()) return i32x4.shl(v128.load16x4_u(at), 16);
  return v128.and(i32x4.shl(v128.load16x4_s(at), 13), i32x4.splat(0x8fff_e000));
}

/** What `floatOf` is to be multiplied by. */
export function unitOf<T>(): f64 {
  return !isFloat<T>() && isSigned<T>() ? reinterpret<f64>((<i64>(1023 + 112)) << 52) : 1;
}

/** The first two as float64. */
export function lowerTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}

/** The last two as float64. */
export function upperTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3));
}
