import type { Inputs, Tensor } from '../../tensor.ts';
import { add } from '../add.ts';
import { arange } from '../arange.ts';
import { lessOrEqual } from '../comparison.ts';
import { concat } from '../concat.ts';
import { divide } from '../divide.ts';
import { expand } from '../expand.ts';
import { and } from '../logical.ts';
import { matmulTransposed } from '../matmul-transposed.ts';
import { multiply } from '../multiply.ts';
import { reshape } from '../reshape.ts';
import { sizeOf } from '../size-of.ts';
import { tanh } from '../tanh.ts';
import { transpose } from '../transpose.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
  splitHeads,
} from './attention-sizes.ts';
import { weightedValues } from './weighted-values.ts';

/** Attention written out: the definition that the fused kernels are tested against, and all there is without fusion. */
export function plainAttention(inputs: Inputs, attributes: AttentionAttributes): readonly Tensor[] {
  const sizes = attentionSizes(inputs, attributes);
  const { heads, keyValueHeads, query, result } = sizes;
  const [, , , mask, bias, pastKey, pastValue] = inputs;
  const allKeys = withPast(pastKey, splitHeads(sizes.key, keyValueHeads));
  const allValues = withPast(pastValue, splitHeads(sizes.value, keyValueHeads));

  const scaled = multiply(splitHeads(query, heads), scoreScale(sizes, attributes));
  const products = matmulTransposed(scaled, repeatHeads(allKeys, sizes));
  const { softcap } = attributes;
  const capped = softcap === undefined ? products : multiply(tanh(divide(products, softcap)), softcap);
  const scores = bias === undefined ? capped : add(capped, bias);
  const allowed = allowedKeys(mask, attributes.causal ? causalMask(sizes) : undefined);
  const joined = transpose(weightedValues(scores, repeatHeads(allValues, sizes), allowed), [0, 2, 1, 3]);
  return [reshape(joined, result)];
}

function withPast(past: Tensor | undefined, added: Tensor): Tensor {
  return past === undefined ? added : concat([past, added], 2);
}

/** bool `[1, 1, queries, allKeys]`: key j is not after query i. */
function causalMask({ queries, allKeys, past }: AttentionSizes): Tensor {
  const places = reshape(add(arange(queries), sizeOf(past)), [queries, 1]);
  return reshape(lessOrEqual(arange(allKeys), places), [1, 1, queries, allKeys]);
}

function allowedKeys(mask: Tensor | undefined, causal: Tensor | undefined): Tensor | undefined {
  return mask === undefined || causal === undefined ? (mask ?? causal) : and(mask, causal);
}

/** Keys or values once for every query head: each head is copied for the group that shares it. */
function repeatHeads(
  x: Tensor,
  { batch, heads, keyValueHeads, group, allKeys, headDim }: AttentionSizes,
): Tensor {
  if (group === 1) return x;
  const grouped = reshape(x, [batch, keyValueHeads, 1, allKeys, headDim]);
  return reshape(expand(grouped, [batch, keyValueHeads, group, allKeys, headDim]), [
    batch,
    heads,
    allKeys,
    headDim,
  ]);
}
