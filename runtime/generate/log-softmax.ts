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
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] ?? -Infinity) - highest);
  const logSum = Math.log(sum);
  const result = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) result[i] = (logits[i] ?? -Infinity) - highest - logSum;
  return result;
}
