import type { QuantisedRows } from './quantise-rows.ts';

/** Half a step, the most that rounding moves a number, is this times the step on average (root mean square). */
const ROUNDING = 1 / Math.sqrt(12);
/** The root mean square of normal numbers to their mean magnitude, which one large value hardly moves. */
const COMMON = Math.sqrt(Math.PI / 2);

/**
 * Rows of 8 bits with one scale each as signed numbers, column by column, which is how products of whole numbers take
 * them; and how much their common values lose by that scale.
 *
 * @param weights what the rows were made of
 */
export function byColumn(
  { values, scales }: QuantisedRows,
  width: number,
  weights: Float32Array,
): QuantisedRows {
  const rows = scales.length;
  const turned = new Uint8Array(values.length);
  let uneven = 0;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++) {
      const place = row * width + column;
      sum += Math.abs(weights[place] ?? 0);
      // From 128 above zero to two's complement.
      turned[column * rows + row] = (values[place] ?? 0) ^ 128;
    }
    if (sum > 0) uneven += (Math.abs(scales[row] ?? 0) * ROUNDING * width) ** 2 / (COMMON * sum) ** 2;
  }
  return { values: turned, scales, uneven };
}
