import { elementCount } from '../../dsl/element-count.ts';
import type { Precision, QuantisedFormat } from '../../dsl/precision.ts';
import type { ProgramParameter } from '../../dsl/program/program-parameter.ts';

/**
 * How a weight `[out, in]` is kept as small whole numbers: each row in blocks, each block with one scale, a weight
 * being `scale * (number - middle)`. MatMulNBits' layout: numbers side by side from the lowest bits of a byte
 * on, the last block of a row filled up with zeros.
 */
export interface BlockFormat {
  readonly name: QuantisedFormat;
  /** A number does not go over a byte's end. */
  readonly bits: 2 | 4 | 8;
  /** The number that stands for zero. */
  readonly middle: number;
}

export const BLOCK_FORMATS: Readonly<Record<QuantisedFormat, BlockFormat>> = {
  int4: { name: 'int4', bits: 4, middle: 8 },
  int8: { name: 'int8', bits: 8, middle: 128 },
};

/** So many weights of a row share a scale: four bits need one for every 32, which is also what CUDA's kernels prefer. */
export const BLOCK = 32;

export function isQuantised(precision: string): precision is QuantisedFormat {
  return Object.hasOwn(BLOCK_FORMATS, precision);
}

/** How many weights there are in matrices of parts that are to be quantised: as many as are quantised, or some more. */
export function quantisableWeights(
  parameters: Iterable<ProgramParameter>,
  { precision, marks = true }: { readonly precision?: Precision; readonly marks?: boolean },
): number {
  let weights = 0;
  for (const { shape, precision: marked } of parameters) {
    const asked = (marks ? marked : undefined) ?? precision;
    if (asked !== undefined && isQuantised(asked) && shape.length === 2) weights += elementCount(shape);
  }
  return weights;
}

/** The shapes of a weight's two tensors. */
export function memberShapes(
  { bits }: BlockFormat,
  [rows = 1, width = 1]: readonly number[],
  block: number,
): { readonly values: readonly number[]; readonly scales: readonly number[] } {
  const blocks = Math.ceil(width / block);
  return { values: [rows, blocks, (block * bits) / 8], scales: [rows, blocks] };
}
