/**
 * exp(score) of each token, against the highest score so that nothing overflows, and their sum: probabilities but for
 * the division.
 *
 * @param scores [vocabulary], of which one at least is finite
 */
export function weightsOf(scores: Float64Array): { readonly weights: Float64Array; readonly total: number } {
  let highest = -Infinity;
  for (let token = 0; token < scores.length; token++) {
    const score = scores[token] ?? -Infinity;
    if (score > highest) highest = score;
  }
  const weights = new Float64Array(scores.length);
  let total = 0;
  for (let token = 0; token < scores.length; token++) {
    const score = scores[token] ?? -Infinity;
    if (score === -Infinity) continue;
    const weight = Math.exp(score - highest);
    weights[token] = weight;
    total += weight;
  }
  return { weights, total };
}
