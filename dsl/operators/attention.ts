import { atCallSite } from '../at-call-site.ts';
import { apply, applyAll, defineOperator } from '../operator.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Dim, Tensor } from '../tensor.ts';
import { lowerAttention } from './shared/attention-lowering.ts';
import { plainAttention } from './shared/attention-plain.ts';
import { type AttentionAttributes, attentionSizes, splitHeads } from './shared/attention-sizes.ts';

export interface AttentionOptions {
  /** Query heads. */
  readonly heads: Dim;
  /** Heads of keys and values, which divide the query heads: each serves a group of them. Default `heads`. */
  readonly keyValueHeads?: Dim;
  /** bool `[batch or 1, heads or 1, queries or 1, keys or 1]`, true = may attend; keys include the past. */
  readonly mask?: Tensor;
  /** Added to the scores: a float of the queries' dtype, `[batch or 1, heads or 1, queries or 1, keys or 1]`. */
  readonly bias?: Tensor;
  /** Query i may attend to key j only if `j <= past + i`. Default false. */
  readonly causal?: boolean;
  /** Factor of the scores. Default `1 / sqrt(headDim)`. */
  readonly scale?: number;
  /** Keys and values of earlier tokens, `[batch, keyValueHeads, past, headDim]`; past may be 0. */
  readonly past?: { readonly key: Tensor; readonly value: Tensor };
}

export interface AttentionResult {
  /** `[batch, queries, heads*headDim]` */
  readonly result: Tensor;
  /** `[batch, keyValueHeads, past+keys, headDim]`: the next call's `past.key`. */
  readonly presentKey: Tensor;
  readonly presentValue: Tensor;
}

/**
 * Inputs: q, k, v, mask?, bias?, pastKey?, pastValue?. Outputs: result and, when there is a past, presentKey and
 * presentValue.
 */
export const attentionOperator = defineOperator<AttentionAttributes>({
  name: 'attention',
  fused: true,
  infer(inputs, attributes) {
    const { batch, keyValueHeads, headDim, allKeys, hasPast, dtype, query } = attentionSizes(
      inputs,
      attributes,
    );
    const present = { dtype, shape: [batch, keyValueHeads, allKeys, headDim] };
    return [{ dtype, shape: query.shape }, ...(hasPast ? [present, present] : [])];
  },
  // Scores, then the weighted sum of the values.
  multiplyAdds(inputs, attributes) {
    const { batch, heads, queries, allKeys, headDim } = attentionSizes(inputs, attributes);
    return multiplyDims(2, batch, heads, queries, allKeys, headDim);
  },
  lower: lowerAttention,
  gradient: 'through decomposition',
  decompose: plainAttention,
});

/**
 * Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762):
 * `softmax(scale * q k^T + bias, over allowed keys) v` in every head. A query that may attend to no key at all gives
 * exactly zero, so that a token before the first image takes nothing from the images.
 *
 * @param query `[batch, queries, heads*headDim]`
 * @param key, value `[batch, keys, keyValueHeads*headDim]`, or as they are cached:
 *   `[batch, keyValueHeads, keys, headDim]`. At least one key when the model runs
 * @throws ModelError when sizes do not fit, in a sentence that names the input
 */
export function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions,
): AttentionResult {
  const { heads, keyValueHeads = heads, mask, bias, causal = false, scale, past } = options;
  const inputs = [query, key, value, mask, bias, past?.key, past?.value];
  while (inputs.at(-1) === undefined) inputs.pop();
  const attributes = { heads, keyValueHeads, causal, scale };
  if (past === undefined) {
    const result = apply(attentionOperator, inputs, attributes);
    // Only computed where somebody asks for them.
    return atCallSite(() => ({
      result,
      presentKey: splitHeads(key, keyValueHeads),
      presentValue: splitHeads(value, keyValueHeads),
    }));
  }
  const [result, presentKey, presentValue] = applyAll(attentionOperator, inputs, attributes);
  if (result === undefined || presentKey === undefined || presentValue === undefined) {
    throw new Error('attention with a past has three outputs');
  }
  return { result, presentKey, presentValue };
}
