import type { StoredDtype } from '../../artifact/weights/stored-dtype.ts';

/** How one tensor compares with the expected one. */
export interface Comparison {
  /** Largest absolute difference; NaN when a value of either side is not a number. */
  readonly largestError: number;
  /** The largest absolute difference that passes. */
  readonly tolerance: number;
  readonly largestExpected: number;
  readonly passed: boolean;
}

/** Of the largest expected magnitude. Half precisions cannot say more than their own rounding. */
const RELATIVE_TOLERANCE: Partial<Record<StoredDtype, number>> = {
  float64: 1e-4,
  float32: 1e-4,
  float16: 2e-3,
  bfloat16: 1.6e-2,
};

/**
 * Compares values with expected ones of the same length. Passes when no difference is above the tolerance; anything
 * that is not a finite number fails.
 *
 * @param dtype the precision in which the expected values were stored
 * @param share the largest difference that passes, as a share of the largest expected magnitude; default: by the dtype
 */
export function compare(
  actual: Float32Array,
  expected: Float32Array,
  dtype: StoredDtype,
  share = RELATIVE_TOLERANCE[dtype] ?? 0,
): Comparison {
  let largestError = 0;
  let largestExpected = 0;
  for (let index = 0; index < expected.length; index++) {
    const wanted = expected[index] ?? Number.NaN;
    const difference = Math.abs((actual[index] ?? Number.NaN) - wanted);
    // NaN is carried on: no comparison with it is true, and Math.max keeps it.
    largestError = Math.max(largestError, difference);
    largestExpected = Math.max(largestExpected, Math.abs(wanted));
  }
  const tolerance = share * largestExpected;
  const passed =
    Number.isFinite(largestError) && Number.isFinite(largestExpected) && largestError <= tolerance;
  return { largestError, tolerance, largestExpected, passed };
}
