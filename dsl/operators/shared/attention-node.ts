import type { Emitter } from '../../emitter.ts';
import type { Operation } from '../../tensor.ts';
import { lowerReshape } from '../reshape.ts';
import { attentionMask, causalMask, zeroWhereNothing } from './attention-mask.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
} from './attention-sizes.ts';
import { named } from './names.ts';

type Names = readonly (string | undefined)[];

/** Whether the provider computes ONNX's own Attention of such inputs; scores that are capped are left to products. */
export function hasAttentionNode(emit: Emitter, names: Names, { softcap }: AttentionAttributes): boolean {
  if (softcap !== undefined) return false;
  const [query, key, value, mask, bias, pastKey, pastValue] = names;
  return emit.hasKernel('Attention', [query, key, value, mask ?? bias, pastKey, pastValue]);
}

/**
 * Attention as ONNX's own operator, which has scores for one head after another.
 *
 * @param within where the nodes are written that are this attention's alone
 */
export function lowerAttentionNode(
  emit: Emitter,
  names: Names,
  operation: Operation & { attributes: AttentionAttributes },
  within: Emitter = emit,
): string {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const { heads, key } = sizes;
  const [, keyName, valueName, , , pastKey, pastValue] = names;
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
  const query = cached ? splitHeads(within, named(names, 0), sizes) : named(names, 0);
  // With a past ONNX's operator has the joined keys and values as outputs too, which nobody reads here.
  const [attended] = within.nodes(
    'Attention',
    [query, keyName, valueName, mask, pastKey, pastValue],
    sizes.hasPast ? 3 : 1,
    {
      is_causal: causal ? 1 : 0,
      scale: { float: scoreScale(sizes, attributes) },
      ...(cached ? {} : { q_num_heads: Number(heads), kv_num_heads: Number(sizes.keyValueHeads) }),
    },
  );
  const result = cached ? joinHeads(within, named([attended], 0), sizes) : named([attended], 0);
  return guarded ? zeroWhereNothing(within, result, named([allowed], 0), operation, sizes) : result;
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
