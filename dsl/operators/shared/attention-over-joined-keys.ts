import type { Emitter } from '../../emitter.ts';
import type { Operation } from '../../tensor.ts';
import { keysByHead, lowerAttentionByProducts } from './attention-over-cache.ts';
import { type AttentionAttributes, attentionSizes } from './attention-sizes.ts';
import { named } from './names.ts';

/**
 * Attention where the provider has no operator for it: products of the keys of the past and new ones, joined. Apart they
 * would be a product over no keys where the past has none yet, at which the WebGPU provider of ONNX Runtime 1.30 ends the
 * process.
 */
export function lowerJoinedAttention(
  emit: Emitter,
  names: readonly (string | undefined)[],
  operation: Operation & { attributes: AttentionAttributes },
): string {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const joined = (index: number, past: string | undefined) => {
    const added = keysByHead(emit, named(names, index), inputs[index]?.shape, sizes);
    return past === undefined ? added : emit.node('Concat', [past, added], { axis: 2 });
  };
  const keys = { newKey: joined(1, names[5]), newValue: joined(2, names[6]) };
  return lowerAttentionByProducts(emit, names, operation, keys);
}
