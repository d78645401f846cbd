import { alibiSlopes, constant, gather, rearrange, type Tensor } from '../../dsl/index.ts';

/**
 * Falcon's ALiBi: the biases of `alibi`, counted from the first token, as bfloat16 has them, which no longer hang on the
 * distance alone, and by the same factor as the scores (transformers' `build_alibi_tensor`).
 *
 * @param scale factor of the scores
 * @returns of int64 `[batch, keys]` the biases `[batch, heads, 1, keys]`
 */
export function roundedAlibi(
  heads: number,
  contextLength: number,
  scale: number,
): (keyPositions: Tensor) => Tensor {
  const slopes = alibiSlopes(heads).map(roundedToBfloat16);
  const rows = Array.from({ length: contextLength }, (_, position) =>
    slopes.map((slope) => scale * roundedToBfloat16(slope * roundedToBfloat16(position))),
  );
  return (keyPositions) => {
    const table = constant(rows.flat(), [contextLength, heads]);
    return rearrange(gather(table, keyPositions), 'batch keys heads -> batch heads 1 keys');
  };
}

/** The nearest number of 8 significant bits, of two the even one. */
export function roundedToBfloat16(value: number): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  const whole = bits.getUint32(0);
  bits.setUint32(0, ((whole + 0x7fff + ((whole >>> 16) & 1)) & 0xffff0000) >>> 0);
  return bits.getFloat32(0);
}
