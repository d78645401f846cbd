/**
 * Log-probabilities of one row of logits, in double precision so that sums over long answers keep their digits.
 *
 * @param logits [vocabulary] finite or -Infinity; at least one finite.
 * @returns [vocabulary], whose exponentials sum to one. The argument is left as it is.
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  // Loops over indices and without calls: a token of a large vocabulary goes through them tens of thousands of times.
  const size = logits.length;
  let highest = -Infinity;
  for (let i = 0; i < size; i++) {
    const logit = logits[i] ?? -Infinity;
    if (logit > highest) highest = logit;
  }
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const x = (logits[i] ?? -Infinity) - highest;
    if (x < SMALLEST) continue;
    // `Math.exp` to 1e-15 of the result, in a third of its time. NaN stays NaN, by what is left of it.
    const steps = (x * STEPS_OF_ONE - 0.5) | 0;
    const rest = x - steps * STEP;
    const near = 1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6)));
    sum += (BETWEEN[steps & (STEPS - 1)] ?? 0) * (WHOLE[-(steps >> STEP_BITS)] ?? 0) * near;
  }
  const logSum = Math.log(sum);
  const result = new Float64Array(size);
  for (let i = 0; i < size; i++) result[i] = (logits[i] ?? -Infinity) - highest - logSum;
  return result;
}

/** Powers of two between whole ones: a power of e is one of them, times a whole one, times a number next to 1. */
const STEP_BITS = 11;
const STEPS = 2 ** STEP_BITS;
const STEPS_OF_ONE = STEPS / Math.LN2;
const STEP = Math.LN2 / STEPS;
const BETWEEN = Float64Array.from({ length: STEPS }, (_, step) => 2 ** (step / STEPS));
const WHOLE = Float64Array.from({ length: 1024 }, (_, power) => 2 ** -power);
/** Smaller powers of e do not count beside 1. */
const SMALLEST = -700;
