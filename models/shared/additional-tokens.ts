import {
  greaterOrEqual,
  maximum,
  minimum,
  rearrange,
  subtract,
  type Tensor,
  where,
} from '../../dsl/index.ts';

/**
 * Embeddings of a vocabulary in two tables: tokens from `vocabulary` on are looked up in the second. So a frozen language
 * model gets new tokens whose embeddings alone are trained; transformers' `IdeficsDecoupledEmbedding`.
 *
 * @param tokens int64 `[batch, text]`
 * @param own, others the tables' look-ups, `[batch, text]` to `[batch, text, dim]`
 */
export function embedWithAdditional(
  tokens: Tensor,
  vocabulary: number,
  own: (tokens: Tensor) => Tensor,
  others: (tokens: Tensor) => Tensor,
): Tensor {
  const isOther = rearrange(greaterOrEqual(tokens, vocabulary), 'batch text -> batch text 1');
  return where(
    isOther,
    others(maximum(subtract(tokens, vocabulary), 0)),
    own(minimum(tokens, vocabulary - 1)),
  );
}
