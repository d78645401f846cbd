import type { Graph } from '../../dsl/graph.ts';
import { concat, concatOperator } from '../../dsl/operators/concat.ts';
import { expand, expandOperator } from '../../dsl/operators/expand.ts';
import { layerNormalizeOperator } from '../../dsl/operators/layer-normalize.ts';
import { linear, linearOperator } from '../../dsl/operators/linear.ts';
import { reshape, reshapeOperator } from '../../dsl/operators/reshape.ts';
import { rmsNormalizeOperator } from '../../dsl/operators/rms-normalize.ts';
import { linearOfNorm } from '../../dsl/operators/shared/linear-of-norm.ts';
import { split, splitOperator } from '../../dsl/operators/split.ts';
import { equalDims, equalShapes } from '../../dsl/shape/dim.ts';
import type { Operation, Operator, Shape, Tensor } from '../../dsl/tensor.ts';
import { reapply, rewrite } from '../graph/rewrite.ts';
import { identityOf } from './cotangents.ts';
import { normOfFrozenRows } from './frozen-rows.ts';

/** Operators that take each row of their first input, along its last axis, by itself. */
const ROW_BY_ROW: ReadonlySet<Operator> = new Set<Operator>([layerNormalizeOperator, rmsNormalizeOperator]);

/**
 * Puts a graph that is to be differentiated so that rows that are alike are computed once, in the backward pass as well:
 * norms and products with weights of what was expanded stand before the expansion, as those of a resampler's latents do,
 * which all pictures begin with; products of rows that were joined are parted where one part's are less work alone; and
 * products of norms of frozen rows become `linearOfNorm`.
 *
 * @param of what it will be differentiated by
 */
export function rowsOnce(graph: Graph, of: readonly Tensor[]): Graph {
  const varies = varying(of);
  const parted = rewrite(graph, (operation) => {
    varies(operation.outputs[0]);
    return operation.operator === splitOperator ? partedWeight(operation, varies) : undefined;
  });
  return rewrite(parted, (operation) => {
    varies(operation.outputs[0]);
    const [x] = operation.inputs;
    if (x === undefined) return undefined;
    if (operation.operator === linearOperator) return productOf(operation, x, varies);
    const before = expandedFrom(x);
    const shape = operation.outputs[0]?.shape;
    if (before === undefined || shape === undefined) return undefined;
    if (operation.operator === reshapeOperator) {
      const smaller = shapeBefore(before.shape, x.shape, shape);
      return smaller && [expand(reshape(before, smaller), shape)];
    }
    if (!ROW_BY_ROW.has(operation.operator) || !hasWholeRows(before, x)) return undefined;
    const [once] = reapply(operation, [before, ...operation.inputs.slice(1)], operation.attributes).outputs;
    return once && [expand(once, shape)];
  });
}

/** Whether a tensor changes with those in `of`; asked from the leaves on, it never goes deep. */
function varying(of: readonly Tensor[]): (tensor: Tensor | undefined) => boolean {
  const roots = new Set(of.map(identityOf));
  const known = new Map<Operation, boolean>();
  const varies = (tensor: Tensor | undefined): boolean => {
    if (tensor === undefined) return false;
    if (roots.has(identityOf(tensor))) return true;
    if (tensor.source.kind !== 'operation') return false;
    const { operation } = tensor.source;
    const found =
      known.get(operation) ?? (operation.operator.gradient !== 'zero' && operation.inputs.some(varies));
    known.set(operation, found);
    return found;
  };
  return varies;
}

/** A product that is split by columns as products with parts of its weight, where that is smaller than what is split. */
function partedWeight(
  { inputs: [whole], attributes: { axis }, outputs }: Operation,
  varies: (tensor: Tensor | undefined) => boolean,
): readonly Tensor[] | undefined {
  const product = whole?.source.kind === 'operation' ? whole.source.operation : undefined;
  const [x, weight, bias] = product?.inputs ?? [];
  if (product?.operator !== linearOperator || x === undefined || weight === undefined || !varies(weight))
    return undefined;
  const isOfColumns = axis === -1 || axis === x.shape.length - 1;
  if (!isOfColumns || !hasMoreRowsThanColumns(x)) return undefined;
  const sizes = outputs.map(({ shape }) => shape.at(-1) ?? 1);
  const weights = split(weight, sizes, 0);
  const biases = bias && split(bias, sizes, 0);
  return weights.map((part, index) => linear(x, part, biases?.[index]));
}

function hasMoreRowsThanColumns({ shape }: Tensor): boolean {
  const sizes = shape.filter((dim) => typeof dim === 'number');
  if (sizes.length < shape.length) return false;
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  return rows > (sizes.at(-1) ?? 1);
}

function productOf(
  operation: Operation,
  x: Tensor,
  varies: (tensor: Tensor | undefined) => boolean,
): readonly Tensor[] | undefined {
  const [, weight, bias] = operation.inputs;
  if (weight === undefined || x.shape.length < 2) return undefined;
  const multiplied = (rows: Tensor): Tensor => {
    const before = expandedFrom(rows);
    if (before !== undefined && hasWholeRows(before, rows)) {
      const once = linear(before, weight, bias);
      return expand(once, rows.shape.with(-1, once.shape.at(-1) ?? 1));
    }
    const found = normOfFrozenRows(rows, varies);
    if (found === undefined) return linear(rows, weight, bias);
    const { norm, rows: frozen, shift } = found;
    const [, normWeight, normBias] = norm.inputs;
    const { epsilon } = norm.attributes;
    if (normWeight === undefined || typeof epsilon !== 'number') return linear(rows, weight, bias);
    return linearOfNorm({ rows: frozen, normWeight, normBias, epsilon, weight, bias, shift });
  };
  const isLess = (rows: Tensor): boolean => {
    const before = expandedFrom(rows);
    return (
      (before !== undefined && hasWholeRows(before, rows)) || normOfFrozenRows(rows, varies) !== undefined
    );
  };
  if (isLess(x)) return [multiplied(x)];
  const joined = x.source.kind === 'operation' ? x.source.operation : undefined;
  const { axis } = joined?.attributes ?? {};
  if (joined?.operator !== concatOperator || typeof axis !== 'number' || axis === x.shape.length - 1)
    return undefined;
  const parts = joined.inputs.flatMap((part) => part ?? []);
  return parts.some(isLess) ? [concat(parts.map(multiplied), axis)] : undefined;
}

/** What a tensor was expanded from along axes that both have. */
function expandedFrom({ source, shape }: Tensor): Tensor | undefined {
  if (source.kind !== 'operation' || source.operation.operator !== expandOperator) return undefined;
  const [x] = source.operation.inputs;
  if (x === undefined || equalShapes(x.shape, shape)) return undefined;
  if (x.shape.length === shape.length) return x;
  return reshape(x, [...Array<1>(shape.length - x.shape.length).fill(1), ...x.shape]);
}

function hasWholeRows(before: Tensor, after: Tensor): boolean {
  return equalDims(before.shape.at(-1) ?? 1, after.shape.at(-1) ?? 1);
}

/**
 * The shape that gives `target` when it is expanded, once what was expanded from `before` to `after` is reshaped to that:
 * undefined where the reshape mixes stretched axes with others.
 */
function shapeBefore(before: Shape, after: Shape, target: Shape): Shape | undefined {
  const shape = [...target];
  let [from, to] = [0, 0];
  while (from < after.length || to < target.length) {
    const [start, first] = [from, to];
    const [left = 1, right = 1] = [after[from++], target[to++]];
    if (!equalDims(left, right)) {
      if (typeof left !== 'number' || typeof right !== 'number') return undefined;
      let [product, wanted] = [left, right];
      while (product !== wanted) {
        const next = product < wanted ? after[from++] : target[to++];
        if (typeof next !== 'number') return undefined;
        if (product < wanted) product *= next;
        else wanted *= next;
      }
    }
    const axes = Array.from({ length: from - start }, (_, index) => start + index);
    const stretched = axes.filter((axis) => !equalDims(before[axis] ?? 1, after[axis] ?? 1));
    if (stretched.length === 0) continue;
    if (axes.some((axis) => before[axis] !== 1)) return undefined;
    shape.fill(1, first, to);
  }
  return shape;
}
