import type { Emitter } from '../../emitter.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Operation, Shape } from '../../tensor.ts';
import { lowerReshape } from '../reshape.ts';
import type { AttentionSizes } from './attention-sizes.ts';

/** A value of the lowered graph and its shape. */
export interface Shaped {
  readonly name: string;
  readonly shape: Shape;
}

/** The mask, the bias, or one float that says both; Attention wants queries and keys in full. */
export function attentionMask(
  emit: Emitter,
  sizes: AttentionSizes,
  mask: Shaped | undefined,
  bias: Shaped | undefined,
): string | undefined {
  const either = mask ?? bias;
  if (mask === undefined || bias === undefined) return either && stretched(emit, sizes, either);
  // Where a row of -Infinity is not known to give zero, a finite number is followed by `zeroWhereNothing`.
  const finite = sizes.dtype === 'float16' ? -30000 : -1e30;
  const forbidden = emit.capabilities.emptyRowsAreZero ? Number.NEGATIVE_INFINITY : finite;
  const name = emit.once(`${mask.name} forbids in ${bias.name}`, () =>
    emit.node('Where', [mask.name, bias.name, emit.scalar(forbidden, sizes.dtype)]),
  );
  return stretched(emit, sizes, {
    name,
    shape: mask.shape.map((dim, axis) => (dim === 1 ? (bias.shape[axis] ?? 1) : dim)),
  });
}

function stretched(
  emit: Emitter,
  { queries, allKeys }: AttentionSizes,
  { name, shape: given }: Shaped,
): string {
  const [batch = 1, heads = 1, rows = 1, columns = 1] = given;
  if (equalDims(rows, queries) && equalDims(columns, allKeys)) return name;
  const shape: Shape = [batch, heads, queries, allKeys];
  return emit.once(`${name} as ${shape}`, () => emit.node('Expand', [name, emit.shape(shape)]));
}

/** "Key j is not after query i", and the mask where there is one. */
export function causalMask(
  emit: Emitter,
  { queries, allKeys, past }: AttentionSizes,
  mask: string | undefined,
): string {
  return emit.once(`${mask} of ${queries} after ${past}`, () => {
    const count = (size: string) =>
      emit.node('Range', [emit.scalar(0, 'int64'), size, emit.scalar(1, 'int64')]);
    const rows = emit.node('Add', [count(emit.size(queries)), emit.size(past)]);
    // As many axes as a mask has, which not every operator adds.
    const column = emit.node('Unsqueeze', [rows, emit.shape([0, 1, 3])]);
    const order = emit.node('LessOrEqual', [count(emit.size(allKeys)), column]);
    return mask === undefined ? order : emit.node('And', [mask, order]);
  });
}

/** Zero in every row whose keys are all forbidden, whatever the kernel made of it. */
export function zeroWhereNothing(
  emit: Emitter,
  result: string,
  allowed: string,
  { inputs }: Operation,
  sizes: AttentionSizes,
): string {
  const { batch, queries, heads, headDim, dtype, result: joined } = sizes;
  const zero = emit.scalar(0, dtype);
  if (inputs[3]?.shape[1] === 1) {
    const some = emit.once(`${allowed} allows something in rows`, () =>
      isPositive(emit, emit.node('Squeeze', [highestOf(emit, allowed), emit.shape([1])])),
    );
    return emit.node('Where', [some, result, zero]);
  }
  const some = emit.once(`${allowed} allows something for each query`, () =>
    isPositive(emit, emit.node('Transpose', [highestOf(emit, allowed)], { perm: [0, 2, 1, 3] })),
  );
  const split = lowerReshape(emit, result, joined, [batch, queries, heads, headDim]);
  const zeroed = emit.node('Where', [some, split, zero]);
  return lowerReshape(emit, zeroed, [batch, queries, heads, headDim], joined);
}

/** bool `[batch or 1, heads or 1, queries or 1, 1]`: some key is allowed. */
export function allowsSomething(emit: Emitter, allowed: string): string {
  return emit.once(`${allowed} allows something`, () => isPositive(emit, highestOf(emit, allowed)));
}

/** 1 where some key is allowed, else 0: float32 `[batch or 1, heads or 1, queries or 1, 1]`. */
function highestOf(emit: Emitter, allowed: string): string {
  return emit.once(`highest of ${allowed}`, () => {
    const numbers = emit.node('Cast', [allowed], { to: { type: 'float32' } });
    return emit.node('ReduceMax', [numbers, emit.shape([3])], { keepdims: 1 });
  });
}

/** Last, as not every provider moves truth values about. */
function isPositive(emit: Emitter, numbers: string): string {
  return emit.node('Greater', [numbers, emit.scalar(0, 'float32')]);
}
