import type { Emitter } from '../../emitter.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Operation } from '../../tensor.ts';
import { causalMask, stretched, zeroWhereNothing } from './attention-mask.ts';
import { hiddenKeys, keysByHead, lowerAttentionByProducts } from './attention-over-cache.ts';
import { type AttentionAttributes, attentionSizes, scoreScale } from './attention-sizes.ts';
import { named } from './names.ts';

/**
 * Attention where the provider has none of ONNX's own: keys of the past and new ones are joined, and what the mask forbids is
 * a low number that is added to the scores, in ONNX Runtime's MultiHeadAttention, or, where heads share keys, in products.
 * MultiHeadAttention would take the past by itself, but the WebGPU provider of ONNX Runtime 1.30 ends the process where
 * that has no tokens yet, as it does for a product over no keys.
 */
export function lowerJoinedAttention(
  emit: Emitter,
  names: readonly (string | undefined)[],
  operation: Operation & { attributes: AttentionAttributes },
): string {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const byHead = (index: number) => keysByHead(emit, named(names, index), inputs[index]?.shape, sizes);
  const joined = (index: number, past: string | undefined) =>
    past === undefined ? undefined : emit.node('Concat', [past, byHead(index)], { axis: 2 });
  const [key, value] = [joined(1, names[5]), joined(2, names[6])];
  if (!equalDims(sizes.group, 1)) {
    const keys = { newKey: key ?? byHead(1), newValue: value ?? byHead(2) };
    return lowerAttentionByProducts(emit, names, operation, keys);
  }
  const allowed = attributes.causal ? causalMask(emit, sizes, names[3]) : names[3];
  const hidden = hiddenKeys(emit, allowed, operation, names[4], sizes);
  const bias = hidden && emit.once(`${hidden.name} in full`, () => stretched(emit, sizes, hidden));
  const result = emit.node(
    'MultiHeadAttention',
    [named(names, 0), key ?? named(names, 1), value ?? named(names, 2), undefined, undefined, bias],
    { num_heads: Number(sizes.heads), scale: { float: scoreScale(sizes, attributes) } },
    'com.microsoft',
  );
  return names[3] === undefined
    ? result
    : zeroWhereNothing(emit, result, named([allowed], 0), operation, sizes);
}
