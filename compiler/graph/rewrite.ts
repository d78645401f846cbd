import type { Graph } from '../../dsl/graph.ts';
import { applyAt } from '../../dsl/operator.ts';
import type { Attributes, Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from './on-behalf-of.ts';
import { type Renewed, rebuild } from './rebuild.ts';

/**
 * Looks at one operation, its inputs already rewritten, and returns the tensors to put in place of its outputs, or
 * undefined to keep it. What it applies carries the author's line and scope.
 */
export type Visit = (operation: Operation) => readonly Tensor[] | undefined;

/**
 * Rewrites a graph from its leaves to its outputs. An operation that neither `visit` nor a changed input touches stays
 * the same object, so a pass that finds nothing to do returns the tensors it was given.
 */
export function rewrite(graph: Graph, visit: Visit): Graph {
  return rebuild(graph, {
    needs: (operation) => operation.inputs,
    build: (operation, renewed) => {
      const current = withRenewedInputs(operation, renewed);
      return onBehalfOf(operation, () => visit(current)) ?? current.outputs;
    },
  });
}

/** The operation itself when none of its inputs changed, otherwise the same operator on the new inputs. */
export function withRenewedInputs(operation: Operation, renewed: Renewed): Operation {
  const inputs = operation.inputs.map((input) => (input === undefined ? undefined : renewed(input)));
  if (inputs.every((input, index) => input === operation.inputs[index])) return operation;
  return reapply(operation, inputs, operation.attributes);
}

/** Applies an operation's operator to other inputs or attributes, with the operation's line and scope. */
export function reapply(
  operation: Operation,
  inputs: readonly (Tensor | undefined)[],
  attributes: Attributes,
): Operation {
  const [first] = applyAt(operation.operator, inputs, attributes, operation.callSite, operation.scope);
  if (first?.source.kind !== 'operation')
    throw new Error(`operator ${operation.operator.name} has no output`);
  return first.source.operation;
}
