import type { Emitter } from '../../emitter.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Operation, Shape } from '../../tensor.ts';
import { lowerReshape } from '../reshape.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
} from './attention-sizes.ts';
import { named } from './names.ts';

type Names = readonly (string | undefined)[];

/**
 * Chooses ONNX Runtime's operator. Without mask, bias, past, causality and shared heads that is
 * com.microsoft.MultiHeadAttention, whose CPU kernel is then a flash kernel, and which takes cached 4-D keys as they
 * are. Everything else is ONNX's own Attention (opset 24), which takes boolean masks, grows the cache, and on the CPU
 * provider gives zero for a row without any allowed key.
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
  const bare = names.slice(3).every((name) => name === undefined) && !attributes.causal && group === 1;
  if (bare) {
    const options = { num_heads: Number(heads), scale };
    return [emit.node('MultiHeadAttention', names.slice(0, 3), options, 'com.microsoft')];
  }
  const [, keyName, valueName, , , pastKey, pastValue] = names;
  const guarded = emit.target !== 'cpu' && names[3] !== undefined;
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
  const results = emit.nodes(
    'Attention',
    [query, keyName, valueName, mask, pastKey, pastValue],
    sizes.hasPast ? 3 : 1,
    {
      is_causal: causal ? 1 : 0,
      scale,
      ...(cached ? {} : { q_num_heads: Number(heads), kv_num_heads: Number(sizes.keyValueHeads) }),
    },
  );
  const joined = cached ? joinHeads(emit, named(results, 0), sizes) : named(results, 0);
  const result = guarded ? zeroWhereNothing(emit, joined, named([allowed], 0), operation, sizes) : joined;
  return [result, ...results.slice(1)];
}

interface Shaped {
  readonly name: string;
  readonly shape: Shape;
}

/** The mask, the bias, or one float that says both; Attention wants queries and keys in full. */
function attentionMask(
  emit: Emitter,
  sizes: AttentionSizes,
  mask: Shaped | undefined,
  bias: Shaped | undefined,
): string | undefined {
  const either = mask ?? bias;
  if (mask === undefined || bias === undefined) return either && stretched(emit, sizes, either);
  // Attention on the CPU provider gives zero for a row of -Infinity; elsewhere that is not known, and a finite number
  // is followed by `zeroWhereNothing`.
  const forbidden =
    emit.target === 'cpu' ? Number.NEGATIVE_INFINITY : sizes.dtype === 'float16' ? -30000 : -1e30;
  const name = emit.node('Where', [mask.name, bias.name, emit.scalar(forbidden, sizes.dtype)]);
  return stretched(emit, sizes, {
    name,
    shape: mask.shape.map((dim, axis) => (dim === 1 ? (bias.shape[axis] ?? 1) : dim)),
  });
}

function stretched(emit: Emitter, { queries, allKeys }: AttentionSizes, { name, shape }: Shaped): string {
  const [batch = 1, heads = 1, rows = 1, columns = 1] = shape;
  if (equalDims(rows, queries) && equalDims(columns, allKeys)) return name;
  return emit.node('Expand', [name, emit.shape([batch, heads, queries, allKeys])]);
}

/** The mask and "key j is not after query i", as one. */
function causalMask(emit: Emitter, { queries, allKeys, past }: AttentionSizes, mask: string): string {
  const count = (size: string) =>
    emit.node('Range', [emit.scalar(0, 'int64'), size, emit.scalar(1, 'int64')]);
  const rows = emit.node('Add', [count(emit.size(queries)), emit.size(past)]);
  const column = emit.node('Unsqueeze', [rows, emit.shape([1])]);
  return emit.node('And', [mask, emit.node('LessOrEqual', [count(emit.size(allKeys)), column])]);
}

/** Zero in every row whose keys are all forbidden, whatever the kernel made of it. */
function zeroWhereNothing(
  emit: Emitter,
  result: string,
  allowed: string,
  { inputs }: Operation,
  sizes: AttentionSizes,
): string {
  const { batch, queries, heads, headDim, dtype, query } = sizes;
  const any = emit.node(
    'ReduceMax',
    [emit.node('Cast', [allowed], { to: { type: 'float32' } }), emit.shape([3])],
    {
      keepdims: 1,
    },
  );
  const holds = emit.node('Greater', [any, emit.scalar(0, 'float32')]);
  const turned = emit.node('Transpose', [holds], { perm: [0, 2, 1, 3] });
  if (inputs[3]?.shape[1] === 1) {
    return emit.node('Where', [
      emit.node('Squeeze', [turned, emit.shape([3])]),
      result,
      emit.scalar(0, dtype),
    ]);
  }
  const split = lowerReshape(emit, result, query.shape, [batch, queries, heads, headDim]);
  const zeroed = emit.node('Where', [turned, split, emit.scalar(0, dtype)]);
  return lowerReshape(emit, zeroed, [batch, queries, heads, headDim], query.shape);
}

function splitHeads(
  emit: Emitter,
  x: string,
  { batch, queries, heads, headDim, query }: AttentionSizes,
): string {
  const split = lowerReshape(emit, x, query.shape, [batch, queries, heads, headDim]);
  return emit.node('Transpose', [split], { perm: [0, 2, 1, 3] });
}

function joinHeads(
  emit: Emitter,
  x: string,
  { batch, queries, heads, headDim, query }: AttentionSizes,
): string {
  const turned = emit.node('Transpose', [x], { perm: [0, 2, 1, 3] });
  return lowerReshape(emit, turned, [batch, queries, heads, headDim], query.shape);
}
