/** Weights along an input axis that share a scale: the smallest that ONNX Runtime takes, and what its CUDA kernels prefer. */
export const BLOCK = 32;

export type QuantisedFormat = 'int8' | 'int4';

/**
 * How a weight `[out, in]` is kept as small whole numbers: each row in blocks of 32, each block with one scale, a
 * weight being `scale * (number - middle)`. MatMulNBits' layout: numbers side by side from the lowest bits of a byte
 * on, the last block of a row filled up with zeros.
 */
export interface BlockFormat {
  readonly name: QuantisedFormat;
  readonly bits: 4 | 8;
  /** The number that stands for zero. */
  readonly middle: number;
}

export const BLOCK_FORMATS: Readonly<Record<QuantisedFormat, BlockFormat>> = {
  int4: { name: 'int4', bits: 4, middle: 8 },
  int8: { name: 'int8', bits: 8, middle: 128 },
};

export function isQuantised(precision: string): precision is QuantisedFormat {
  return Object.hasOwn(BLOCK_FORMATS, precision);
}

/** The shapes of a weight's two tensors. */
export function memberShapes(
  { bits }: BlockFormat,
  [rows = 1, width = 1]: readonly number[],
): { readonly values: readonly number[]; readonly scales: readonly number[] } {
  const blocks = Math.ceil(width / BLOCK);
  return { values: [rows, blocks, (BLOCK * bits) / 8], scales: [rows, blocks] };
}
