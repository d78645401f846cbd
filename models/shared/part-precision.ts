import { inPrecision, type Marked, type Precision } from '../../dsl/index.ts';

/**
 * In which precision a Flamingo's parts are kept, whatever the rest is compiled to. What a precision has no form for (a
 * norm, a gate, a convolution or an embedding in `int8` or `int4`) stays as it is. What the author marked within a part
 * with `inPrecision` keeps its mark, being the finer word.
 */
export interface PartPrecision {
  readonly vision?: Precision;
  readonly resampler?: Precision;
  readonly language?: Precision;
  /** The gated cross-attention blocks. */
  readonly crossAttention?: Precision;
}

/** A part under the mark of the precision that it is to have, if any. What is marked within it keeps its mark. */
export function keptIn<T extends object>(
  precision: Precision | undefined,
  part: T | Marked<T>,
): T | Marked<T> {
  return precision === undefined ? part : inPrecision(precision, part);
}
