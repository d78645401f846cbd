import type { Dtype } from '../../dsl/dtype.ts';
import type { Graph } from '../../dsl/graph.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { expand } from '../../dsl/operators/expand.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { transpose } from '../../dsl/operators/transpose.ts';
import { equalDims } from '../../dsl/shape/dim.ts';
import type { Operation, Shape, Tensor } from '../../dsl/tensor.ts';
import { rewrite } from './rewrite.ts';

/**
 * Removes movements of data that undo or repeat each other: a reshape, transpose, expand or cast that changes nothing,
 * and pairs of one kind, which become one.
 */
export function cancelReshapes(graph: Graph): Graph {
  return rewrite(graph, (operation) => {
    const simpler = simplify(operation);
    return simpler === undefined ? undefined : [simpler];
  });
}

function simplify({ operator, inputs: [x], outputs: [result], attributes }: Operation): Tensor | undefined {
  if (x === undefined || result === undefined) return undefined;
  switch (operator.name) {
    case 'reshape': {
      const start = inputOf(x, 'reshape') ?? x;
      if (equalShapes(start.shape, result.shape)) return start;
      return start === x ? undefined : reshape(start, result.shape);
    }
    case 'expand': {
      const start = inputOf(x, 'expand') ?? x;
      if (equalShapes(start.shape, result.shape)) return start;
      return start === x ? undefined : expand(start, result.shape);
    }
    case 'transpose': {
      const start = inputOf(x, 'transpose');
      const outer = permutationOf(attributes.permutation);
      const order = start === undefined ? outer : outer.map((axis) => innerPermutation(x)[axis] ?? axis);
      if (order.every((axis, index) => axis === index)) return start ?? x;
      return start === undefined ? undefined : transpose(start, order);
    }
    case 'cast': {
      if (x.dtype === result.dtype) return x;
      const start = inputOf(x, 'cast');
      if (start === undefined || !holds(x.dtype, start.dtype)) return undefined;
      return cast(start, result.dtype);
    }
    default:
      return undefined;
  }
}

/** What a tensor was made from, if it was made by the named operator. */
function inputOf({ source }: Tensor, operator: string): Tensor | undefined {
  return source.kind === 'operation' && source.operation.operator.name === operator
    ? source.operation.inputs[0]
    : undefined;
}

function innerPermutation({ source }: Tensor): readonly number[] {
  return source.kind === 'operation' ? permutationOf(source.operation.attributes.permutation) : [];
}

function permutationOf(value: Operation['attributes'][string]): readonly number[] {
  return typeof value === 'object' ? value.map(Number) : [];
}

function equalShapes(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((dim, axis) => equalDims(dim, right[axis] ?? -1));
}

/** The dtypes that each dtype represents without loss: a cast there and on is the same as the direct cast. */
const REPRESENTS: Readonly<Partial<Record<Dtype, readonly Dtype[]>>> = {
  float32: ['float16', 'bfloat16', 'uint8', 'int8', 'bool'],
  int64: ['int32', 'uint8', 'int8', 'bool'],
  int32: ['uint8', 'int8', 'bool'],
  uint8: ['bool'],
  int8: ['bool'],
};

function holds(wide: Dtype, narrow: Dtype): boolean {
  return wide === narrow || REPRESENTS[wide]?.includes(narrow) === true;
}
