import type { BlockFormat } from './block-format.ts';

export interface QuantisedRows {
  readonly values: Uint8Array;
  readonly scales: Float32Array;
  /**
   * Where rows have one scale each: how far rounding moves a number, as a share of what the numbers of its row commonly
   * are, squared and added up over the rows. Large where one value outweighs its row.
   */
  readonly uneven?: number;
}

/**
 * Quantises whole rows of a weight. In each block the weight farthest from zero is put at the lowest number, of which
 * there is one more below the middle than above; then the scale is set to what makes the squared error smallest with
 * the numbers found.
 *
 * @param weights rows of `width` finite numbers, one after the other
 * @param layout.block weights that share a scale
 */
export function quantiseRows(
  format: BlockFormat,
  weights: Float32Array,
  { width, block: size }: { readonly width: number; readonly block: number },
): QuantisedRows {
  const { bits, middle } = format;
  const blocks = Math.ceil(width / size);
  const rows = weights.length / width;
  const perByte = 8 / bits;
  const highest = 2 * middle - 1;
  const zeros = Array.from({ length: perByte }).reduce<number>((byte) => (byte << bits) | middle, 0);
  const values = new Uint8Array((rows * blocks * size) / perByte).fill(zeros);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const first = row * width + block * size;
      const end = Math.min(first + size, (row + 1) * width);
      const place = row * blocks + block;
      let farthest = 0;
      let distance = 0;
      for (let index = first; index < end; index++) {
        const weight = weights[index] ?? 0;
        const magnitude = Math.abs(weight);
        if (magnitude > distance) {
          distance = magnitude;
          farthest = weight;
        }
      }
      if (farthest === 0) continue;
      const perScale = -middle / farthest;
      let product = 0;
      let square = 0;
      let at = (place * size) / perByte;
      for (let index = first; index < end; at++) {
        let byte = zeros;
        for (let shift = 0; shift < 8 && index < end; shift += bits, index++) {
          const weight = weights[index] ?? 0;
          // Rounded half up: no sum is below zero, where cutting the rest off rounds the other way. Math.round takes three times as long.
          const number = Math.min(highest, (weight * perScale + (middle + 0.5)) | 0);
          product += weight * (number - middle);
          square += (number - middle) * (number - middle);
          // The middle is there already: only what differs from it is turned over.
          byte ^= (number ^ middle) << shift;
        }
        values[at] = byte;
      }
      scales[place] = product / square;
    }
  }
  return { values, scales };
}
