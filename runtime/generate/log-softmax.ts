/**
 * Log-probabilities of one row of logits, in double precision so that sums over long answers keep their digits.
 *
 * @param logits [vocabulary] finite or -Infinity; at least one finite.
 * @returns [vocabulary], whose exponentials sum to one. The argument is left as it is.
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i] ?? -Infinity);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += exponential((logits[i] ?? -Infinity) - highest);
  const logSum = Math.log(sum);
  const result = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) result[i] = (logits[i] ?? -Infinity) - highest - logSum;
  return result;
}

/** Powers of two between whole ones: a power of e is one of them, times a whole one, times a number next to 1. */
const STEPS = 256;
const BETWEEN = Float64Array.from({ length: STEPS }, (_, step) => 2 ** (step / STEPS));
const WHOLE = Float64Array.from({ length: 1024 }, (_, power) => 2 ** -power);
/** Smaller powers of e do not count beside 1. */
const SMALLEST = -700;

/**
 * `Math.exp` for numbers up to 0, to 1e-15 of the result, in half of its time: a token of a large vocabulary takes tens
 * of thousands. NaN stays NaN.
 */
function exponential(x: number): number {
  if (x < SMALLEST) return 0;
  const steps = Math.floor((x * STEPS) / Math.LN2 + 0.5);
  const rest = x - (steps * Math.LN2) / STEPS;
  const near = 1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6 + rest * (1 / 24))));
  return (BETWEEN[steps & (STEPS - 1)] ?? 0) * (WHOLE[-(steps >> 8)] ?? 0) * near;
}
