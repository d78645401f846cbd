import type { Graph } from '../../dsl/graph.ts';
import type { ConstantTensor, Tensor } from '../../dsl/tensor.ts';
import { rewrite } from '../graph/rewrite.ts';

/** Elements: a larger result stays an operation, because constants are written into the model file itself. */
const LARGEST_CONSTANT = 65_536;

/** Computes operations on constants while compiling, where the operator knows how (`Operator.fold`). */
export function foldConstants(graph: Graph): Graph {
  return rewrite(graph, ({ operator, inputs, attributes, outputs }) => {
    if (operator.fold === undefined) return undefined;
    const constants: ConstantTensor[] = [];
    for (const input of inputs) {
      const constant = input === undefined ? undefined : constantOf(input);
      if (constant === undefined) return undefined;
      constants.push(constant);
    }
    if (outputs.some(({ shape }) => !isSmall(shape))) return undefined;
    const folded = operator.fold(constants, attributes, outputs);
    return folded?.map((data, index): Tensor => {
      const type = outputs[index];
      if (type === undefined)
        throw new Error(`folding '${operator.name}' gave more results than it has outputs`);
      return { dtype: type.dtype, shape: type.shape, source: { kind: 'constant', data } };
    });
  });
}

/** The values of a constant tensor; undefined for any other tensor. */
function constantOf({ dtype, shape, source }: Tensor): ConstantTensor | undefined {
  if (source.kind !== 'constant' || !isFixed(shape)) return undefined;
  return { dtype, shape, data: source.data };
}

function isFixed(shape: Tensor['shape']): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number');
}

function isSmall(shape: Tensor['shape']): boolean {
  return isFixed(shape) && shape.reduce((size, dim) => size * dim, 1) <= LARGEST_CONSTANT;
}
