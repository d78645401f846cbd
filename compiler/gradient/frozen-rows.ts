import { addOperator } from '../../dsl/operators/add.ts';
import { layerNormalizeOperator } from '../../dsl/operators/layer-normalize.ts';
import { reshape, reshapeOperator } from '../../dsl/operators/reshape.ts';
import { equalDims, equalShapes } from '../../dsl/shape/dim.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';

/** Rows that are not differentiated by, and what is added to each of them, `[in]`, which may be. */
export interface FrozenRows {
  readonly rows: Tensor;
  readonly shift: Tensor | undefined;
}

export interface NormOfFrozenRows extends FrozenRows {
  readonly norm: Operation;
}

/** A tensor that is a layer norm of frozen rows, as pictures' features are: what of it `linearOfNorm` takes. */
export function normOfFrozenRows(
  tensor: Tensor,
  varies: (tensor: Tensor) => boolean,
): NormOfFrozenRows | undefined {
  const norm = tensor.source.kind === 'operation' ? tensor.source.operation : undefined;
  const [x] = norm?.inputs ?? [];
  if (norm?.operator !== layerNormalizeOperator || x === undefined || !varies(tensor)) return undefined;
  const found = frozenRows(x, varies);
  return found && { ...found, norm };
}

function frozenRows(x: Tensor, varies: (tensor: Tensor) => boolean): FrozenRows | undefined {
  if (!varies(x)) return { rows: x, shift: undefined };
  const operation = x.source.kind === 'operation' ? x.source.operation : undefined;
  const [first, second] = operation?.inputs ?? [];
  const width = x.shape.at(-1) ?? 1;
  if (operation?.operator === reshapeOperator) {
    const found = first && equalDims(first.shape.at(-1) ?? 1, width) ? frozenRows(first, varies) : undefined;
    return found && { rows: reshape(found.rows, x.shape), shift: found.shift };
  }
  if (operation?.operator !== addOperator || first === undefined || second === undefined) return undefined;
  const [rows, shift] = varies(first) ? [second, first] : [first, second];
  const isOneRow =
    equalDims(shift.shape.at(-1) ?? 1, width) && shift.shape.slice(0, -1).every((dim) => dim === 1);
  if (varies(rows) || !isOneRow || !equalShapes(rows.shape, x.shape)) return undefined;
  return { rows, shift: reshape(shift, [width]) };
}
