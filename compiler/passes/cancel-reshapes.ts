import type { Graph } from '../../dsl/graph.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { rewrite } from '../graph/rewrite.ts';

/**
 * Removes movements of data that undo or repeat each other: a reshape, transpose, expand or cast that changes nothing,
 * and pairs of one kind, which become one. What an operator is after one of its kind, its own file says (`movement`).
 */
export function cancelReshapes(graph: Graph): Graph {
  return rewrite(graph, (operation) => {
    const simpler = simplify(operation);
    return simpler === undefined ? undefined : [simpler];
  });
}

function simplify(operation: Operation): Tensor | undefined {
  const {
    operator,
    inputs: [x],
  } = operation;
  if (operator.movement === 'none') return undefined;
  const before = x?.source.kind === 'operation' ? x.source.operation : undefined;
  return operator.movement(operation, before?.operator === operator ? before : undefined);
}
