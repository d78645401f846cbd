import type { BlockFormat } from '../../../compiler/quantisation/block-format.ts';
import type { QuantisedRows, RowLayout } from '../../../compiler/quantisation/quantise-rows.ts';

/** `quantiseRows`, a weight at a time: what an artifact's bytes are, to the last one. */
export function plainQuantise(
  { bits, middle }: BlockFormat,
  weights: Float32Array,
  { width, block, perRow = false }: RowLayout,
): QuantisedRows {
  const rows = weights.length / width;
  const blocks = Math.ceil(width / block);
  const numbers = new Uint8Array(rows * blocks * block).fill(middle);
  const scales = new Float32Array(rows * blocks);
  for (let place = 0; place < rows * blocks; place++) {
    const first = Math.floor(place / blocks) * width + (place % blocks) * block;
    const end = Math.min(first + block, (Math.floor(place / blocks) + 1) * width);
    const those = weights.subarray(first, end);
    const farthest = those.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);
    if (farthest === 0) continue;
    let product = 0;
    let square = 0;
    for (const [index, weight] of those.entries()) {
      const number = Math.min(2 * middle - 1, Math.floor(weight * (-middle / farthest) + (middle + 0.5)));
      numbers[place * block + index] = number;
      product += weight * (number - middle);
      square += (number - middle) ** 2;
    }
    scales[place] = product / square;
  }
  const perByte = 8 / bits;
  const values = Uint8Array.from({ length: numbers.length / perByte }, (_, at) =>
    numbers
      .subarray(at * perByte, (at + 1) * perByte)
      .reduce((byte, number, index) => byte | (number << (index * bits)), 0),
  );
  if (!perRow) return { values, scales };
  return {
    values: values.map((_, at) => (values[(at % rows) * width + Math.floor(at / rows)] ?? 0) ^ 128),
    scales,
    uneven: scales.reduce((uneven, scale, row) => {
      const sum = weights
        .subarray(row * width, (row + 1) * width)
        .reduce((all, each) => all + Math.abs(each), 0);
      // A scale rounds a number by its twelfth's root on average; normal numbers are the root of half of pi times their mean magnitude.
      const [rounding, common] = [
        Math.abs(scale) * Math.sqrt(1 / 12),
        (Math.sqrt(Math.PI / 2) * sum) / width,
      ];
      return sum === 0 ? uneven : uneven + (rounding / common) ** 2;
    }, 0),
  };
}
