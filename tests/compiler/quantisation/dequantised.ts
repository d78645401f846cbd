import { BLOCK_FORMATS } from '../../../compiler/quantisation/block-format.ts';
import type { QuantisedRows } from '../../../compiler/quantisation/quantise-rows.ts';
import type { QuantisedFormat } from '../../../dsl/precision.ts';

/** The weights that quantised rows stand for, one number after the other, as MatMulNBits' documentation lays them out. */
export function dequantised(
  format: QuantisedFormat,
  { values, scales }: QuantisedRows,
  { width, block: size }: { readonly width: number; readonly block: number },
): number[] {
  const { bits, middle } = BLOCK_FORMATS[format];
  const blocks = Math.ceil(width / size);
  const weights: number[] = [];
  for (let row = 0; row < scales.length / blocks; row++) {
    for (let column = 0; column < width; column++) {
      const block = row * blocks + Math.floor(column / size);
      const place = block * size + (column % size);
      const byte = values[bits === 8 ? place : place >> 1] ?? 0;
      const number = bits === 8 ? byte : place % 2 === 0 ? byte & 15 : byte >> 4;
      weights.push((scales[block] ?? 0) * (number - middle));
    }
  }
  return weights;
}
