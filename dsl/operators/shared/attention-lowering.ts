import type { Emitter } from '../../emitter.ts';
import type { Operation } from '../../tensor.ts';
import { hasAttentionNode, lowerAttentionNode } from './attention-node.ts';
import { lowerAttentionOverCache } from './attention-over-cache.ts';
import { lowerJoinedAttention } from './attention-over-joined-keys.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
} from './attention-sizes.ts';

type Names = readonly (string | undefined)[];

/**
 * Chooses ONNX Runtime's operators. Without mask, bias, past, causality and shared heads that is
 * com.microsoft.MultiHeadAttention, whose CPU kernel is then a flash kernel, and which takes cached 4-D keys as they
 * are; few queries on the CPU provider are sooner done without flash, by ONNX's own Attention. With a past the CPU provider is better off with the products written apart (`lowerAttentionOverCache`).
 * Where the provider has no kernel of ONNX's own Attention, and where scores are capped, it is products (`lowerJoinedAttention`). Everything else is that Attention (opset 24), which takes boolean masks, and on the CPU provider gives zero for
 * a row without any allowed key.
 */
export function lowerAttention(
  emit: Emitter,
  names: Names,
  operation: Operation & { attributes: AttentionAttributes },
): readonly string[] {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const { heads, group } = sizes;
  const scale = { float: scoreScale(sizes, attributes) };
  const bare =
    names.slice(3).every((name) => name === undefined) &&
    !attributes.causal &&
    attributes.softcap === undefined &&
    group === 1 &&
    sizes.query.shape.length === 3;
  const takesBare = emit.hasKernel('MultiHeadAttention', names.slice(0, 3), 'com.microsoft');
  if (bare && takesBare && !isShort(emit, sizes)) {
    const options = { num_heads: Number(heads), scale };
    return [emit.node('MultiHeadAttention', names.slice(0, 3), options, 'com.microsoft')];
  }
  if (sizes.hasPast && emit.capabilities.attentionOverCache)
    return [lowerAttentionOverCache(emit, names, operation)];
  if (!hasAttentionNode(emit, names, attributes)) return [lowerJoinedAttention(emit, names, operation)];
  return [lowerAttentionNode(emit, names, operation)];
}

function isShort(emit: Emitter, { queries, key }: AttentionSizes): boolean {
  const few = typeof queries === 'number' && queries <= emit.capabilities.fewQueries;
  return few && key.shape.length === 3;
}
