import type { Graph } from '../../dsl/graph.ts';
import type { Operation } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { rebuild } from '../graph/rebuild.ts';
import { withRenewedInputs } from '../graph/rewrite.ts';

/**
 * Writes operations by their decompositions: those through which they were differentiated, so that the forward pass and the
 * backward pass have what they compute in common, and `mergeDuplicates` leaves it once.
 */
export function writeOut(graph: Graph, operations: ReadonlySet<Operation>): Graph {
  return rebuild(graph, {
    needs: ({ inputs }) => inputs,
    build(operation, renewed) {
      const { operator, inputs, attributes, outputs } = withRenewedInputs(operation, renewed);
      if (!operations.has(operation) || operator.decompose === undefined) return outputs;
      return onBehalfOf(operation, () => operator.decompose?.(inputs, attributes)) ?? outputs;
    },
  });
}
