import type { Dtype } from '../../dsl/dtype.ts';
import type { ConstantData } from '../../dsl/tensor.ts';

/** One number as the bytes of a dtype; half precisions are rounded to nearest and returned as raw bytes. */
export function encodeScalar(value: number, dtype: Dtype): ConstantData {
  switch (dtype) {
    case 'float32':
      return Float32Array.of(value);
    case 'int64':
      return BigInt64Array.of(BigInt(value));
    case 'int32':
      return Int32Array.of(value);
    case 'float16':
      return rawHalf(float16Bits(value));
    case 'bfloat16':
      return rawHalf(bfloat16Bits(value));
    default:
      return Uint8Array.of(value);
  }
}

function rawHalf(bits: number): Uint8Array {
  return Uint8Array.of(bits & 0xff, bits >> 8);
}

const word = new DataView(new ArrayBuffer(4));

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits; ties to even, overflow to infinity. */
export function float16Bits(value: number): number {
  word.setFloat32(0, value);
  return float16OfFloat32(word.getUint32(0));
}

/** The same of a float32's bits. */
export function float16OfFloat32(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) {
    if (shifted < -10) return sign;
    return sign | roundShift(fraction | 0x800000, 14 - shifted);
  }
  // A carry out of the fraction correctly moves into the exponent.
  return sign | ((shifted << 10) + roundShift(fraction, 13));
}

/** bfloat16 is the upper half of a float32; ties to even. */
export function bfloat16Bits(value: number): number {
  word.setFloat32(0, value);
  return bfloat16OfFloat32(word.getUint32(0));
}

/** The same of a float32's bits. */
export function bfloat16OfFloat32(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
