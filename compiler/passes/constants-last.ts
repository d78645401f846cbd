import type { Graph } from '../../dsl/graph.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { reapply, rewrite } from '../graph/rewrite.ts';

/**
 * Puts the constant operand of a commutative operator second: `1 + x` becomes `x + 1`. Equal sums then look equal, and
 * ONNX Runtime needs it: its layer norm fusion reads epsilon from the second operand and takes 1e-5 when it is not there.
 */
export function constantsLast(graph: Graph): Graph {
  return rewrite(graph, (operation) => {
    const [first, second, ...others] = operation.inputs;
    if (operation.operator.commutative !== true || !isConstant(first) || isConstant(second)) return undefined;
    return reapply(operation, [second, first, ...others], operation.attributes).outputs;
  });
}

function isConstant(tensor: Tensor | undefined): boolean {
  return tensor?.source.kind === 'constant';
}
