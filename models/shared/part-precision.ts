import { type Precision, visitParameters } from '../../dsl/index.ts';

/**
 * In which precision a Flamingo's parts are kept, whatever the rest is compiled to. What a precision has no form for (a
 * norm, a gate, a convolution or an embedding in `int8` or `int4`) stays as it is.
 */
export interface PartPrecision {
  readonly vision?: Precision;
  readonly resampler?: Precision;
  readonly language?: Precision;
  /** The gated cross-attention blocks. */
  readonly crossAttention?: Precision;
}

const PARTS = [
  'vision',
  'resampler',
  'language',
  'crossAttention',
] as const satisfies readonly (keyof PartPrecision)[];

/**
 * Marks each part that has a precision of its own. What the author marked within a part with `inPrecision` keeps its
 * mark, being the finer word.
 */
export function markPartPrecision(
  precision: PartPrecision,
  parts: Readonly<Record<keyof PartPrecision, object>>,
): void {
  for (const part of PARTS) {
    const wanted = precision[part];
    if (wanted === undefined) continue;
    visitParameters(parts[part], (info) => {
      info.precision ??= wanted;
    });
  }
}
