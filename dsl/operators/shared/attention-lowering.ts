import type { Emitter } from '../../emitter.ts';
import type { Operation } from '../../tensor.ts';
import { lowerReshape } from '../reshape.ts';
import { attentionMask, causalMask, zeroWhereNothing } from './attention-mask.ts';
import { lowerAttentionOverCache } from './attention-over-cache.ts';
import { lowerJoinedAttention } from './attention-over-joined-keys.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
} from './attention-sizes.ts';
import { named } from './names.ts';

type Names = readonly (string | undefined)[];

/**
 * Chooses ONNX Runtime's operators. Without mask, bias, past, causality and shared heads that is
 * com.microsoft.MultiHeadAttention, whose CPU kernel is then a flash kernel, and which takes cached 4-D keys as they
 * are; few queries on the CPU provider are sooner done without flash, by ONNX's own Attention. With a past the CPU provider is better off with the products written apart (`lowerAttentionOverCache`).
 * Where the provider has no kernel of ONNX's own Attention it is products (`lowerJoinedAttention`). Everything else is that Attention (opset 24), which takes boolean masks, and on the CPU provider gives zero for
 * a row without any allowed key.
 */
export function lowerAttention(
  emit: Emitter,
  names: Names,
  operation: Operation & { attributes: AttentionAttributes },
): readonly string[] {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const { heads, group, key } = sizes;
  const scale = { float: scoreScale(sizes, attributes) };
  const bare =
    names.slice(3).every((name) => name === undefined) &&
    !attributes.causal &&
    group === 1 &&
    sizes.query.shape.length === 3;
  const takesBare = emit.hasKernel('MultiHeadAttention', names.slice(0, 3), 'com.microsoft');
  if (bare && takesBare && !isShort(emit, sizes)) {
    const options = { num_heads: Number(heads), scale };
    return [emit.node('MultiHeadAttention', names.slice(0, 3), options, 'com.microsoft')];
  }
  if (sizes.hasPast && emit.capabilities.attentionOverCache)
    return [lowerAttentionOverCache(emit, names, operation)];
  const [queryName, keyName, valueName, maskName, biasName, pastKey, pastValue] = names;
  const taken = [queryName, keyName, valueName, maskName ?? biasName, pastKey, pastValue];
  if (!emit.hasKernel('Attention', taken)) return [lowerJoinedAttention(emit, names, operation)];
  const guarded = !emit.capabilities.emptyRowsAreZero && names[3] !== undefined;
  const causal = attributes.causal && !guarded;
  const joint = guarded && attributes.causal;
  const allowed = joint ? causalMask(emit, sizes, named(names, 3)) : names[3];
  const [rows, columns] = joint ? [sizes.queries, sizes.allKeys] : [];
  const maskShape = inputs[3]?.shape.map((dim, axis) => [dim, dim, rows ?? dim, columns ?? dim][axis] ?? dim);
  const mask = attentionMask(
    emit,
    sizes,
    allowed === undefined ? undefined : { name: allowed, shape: maskShape ?? [] },
    names[4] === undefined ? undefined : { name: names[4], shape: inputs[4]?.shape ?? [] },
  );
  const cached = key.shape.length === 4;
  const query = cached ? splitHeads(emit, named(names, 0), sizes) : named(names, 0);
  // With a past ONNX's operator has the joined keys and values as outputs too, which nobody reads here.
  const [attended] = emit.nodes(
    'Attention',
    [query, keyName, valueName, mask, pastKey, pastValue],
    sizes.hasPast ? 3 : 1,
    {
      is_causal: causal ? 1 : 0,
      scale,
      ...(cached ? {} : { q_num_heads: Number(heads), kv_num_heads: Number(sizes.keyValueHeads) }),
    },
  );
  const result = cached ? joinHeads(emit, named([attended], 0), sizes) : named([attended], 0);
  return [guarded ? zeroWhereNothing(emit, result, named([allowed], 0), operation, sizes) : result];
}

function isShort(emit: Emitter, { queries, key }: AttentionSizes): boolean {
  const few = typeof queries === 'number' && queries <= emit.capabilities.fewQueries;
  return few && key.shape.length === 3;
}

function splitHeads(
  emit: Emitter,
  x: string,
  { batch, queries, heads, headDim, query }: AttentionSizes,
): string {
  if (query.shape.length === 4) return x;
  const split = lowerReshape(emit, x, query.shape, [batch, queries, heads, headDim]);
  return emit.node('Transpose', [split], { perm: [0, 2, 1, 3] });
}

function joinHeads(
  emit: Emitter,
  x: string,
  { batch, queries, heads, headDim, result }: AttentionSizes,
): string {
  const turned = emit.node('Transpose', [x], { perm: [0, 2, 1, 3] });
  return lowerReshape(emit, turned, [batch, queries, heads, headDim], result);
}
