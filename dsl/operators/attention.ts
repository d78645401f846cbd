import { atCallSite } from '../at-call-site.ts';
import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { type KnownOptions, refuseUnknownOptions, requireOptions } from '../options/options.ts';
import { QUERY } from '../sentences/attention.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Dim, Tensor } from '../tensor.ts';
import type { Complete } from '../types/config.ts';
import type {
  AttentionResult,
  AttentionTensors,
  CheckedKey,
  CheckedOptions,
  CheckedQuery,
  CheckedValue,
} from '../types/shape/attention.ts';
import { lowerAttention } from './shared/attention-lowering.ts';
import { plainAttention } from './shared/attention-plain.ts';
import { type AttentionAttributes, attentionSizes, splitHeads } from './shared/attention-sizes.ts';

export type { AttentionResult };

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
  /** Scores are kept within this distance of 0: `softcap * tanh(scores / softcap)`, before bias and mask. Default not. */
  readonly softcap?: number;
  /** Keys and values of earlier tokens, `[batch, keyValueHeads, past, headDim]`; past may be 0. */
  readonly past?: { readonly key: Tensor; readonly value: Tensor };
}

const KNOWN: KnownOptions<AttentionOptions> = {
  ...{
    heads: true,
    keyValueHeads: true,
    mask: true,
    bias: true,
    causal: 'true or false',
    scale: 'a number',
    softcap: 'a number',
    past: true,
  },
};

/**
 * Inputs: q, k, v, mask?, bias?, pastKey?, pastValue?. The past is only read: whoever keeps a cache appends the new keys
 * and values to it, so that a step does not copy what earlier steps stored. A pass may leave q by head, as keys and
 * values are that are cached.
 */
export const attentionOperator = defineOperator<AttentionAttributes>({
  name: 'attention',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs, attributes) {
    const { dtype, result } = attentionSizes(inputs, attributes);
    return [{ dtype, shape: result }];
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
 * `softmax(scale * q k^T + bias, over allowed keys) v` in every head, the products capped where `softcap` says so. A query that may attend to no key at all gives
 * exactly zero, so that a token before the first image takes nothing from the images.
 *
 * @param query `[batch, queries, heads*headDim]`
 * @param key, value `[batch, keys, keyValueHeads*headDim]`, or as they are cached:
 *   `[batch, keyValueHeads, keys, headDim]`. At least one key when the model runs
 * @throws ModelError when sizes do not fit, in a sentence that names the input
 */
export function attention<
  Q extends Tensor,
  K extends Tensor,
  V extends Tensor,
  const O extends Partial<AttentionOptions>,
>(
  query: CheckedQuery<Q>,
  key: CheckedKey<Q, K, O>,
  value: CheckedValue<Q, K, V, O>,
  options: CheckedOptions<Q, K, O> & Complete<'attention', AttentionOptions, O>,
): AttentionTensors<Q, K, V, O>;
export function attention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: Partial<AttentionOptions> = {},
): AttentionResult {
  refuseUnknownOptions(attention, options, KNOWN);
  requireOptions(attention, options, ['heads']);
  const { heads = 1, keyValueHeads = heads, mask, bias, causal = false, scale, softcap, past } = options;
  if (softcap !== undefined && !(softcap > 0))
    atCallSite(() => fail(`attention: softcap must be a number above 0, but it is ${softcap}`));
  const attributes = { heads, keyValueHeads, causal, scale, softcap };
  const inputs = (keys: Tensor, values: Tensor) => {
    const all = [query, keys, values, mask, bias, past?.key, past?.value];
    while (all.at(-1) === undefined) all.pop();
    return all;
  };
  return atCallSite(() => {
    if (query.shape.length !== 3) fail(sentence(QUERY, { query: describeShape(query.shape) }));
    attentionSizes(inputs(key, value), attributes);
    const [newKey, newValue] = [splitHeads(key, keyValueHeads), splitHeads(value, keyValueHeads)];
    // Without a past the kernel splits the heads, and the split keys are only computed where somebody asks for them.
    const given = past === undefined ? inputs(key, value) : inputs(newKey, newValue);
    return { result: apply(attentionOperator, given, attributes), newKey, newValue };
  });
}
