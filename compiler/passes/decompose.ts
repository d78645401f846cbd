import { modelErrorAt } from '../../dsl/errors/model-error-at.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Operator } from '../../dsl/tensor.ts';
import { rewrite } from '../graph/rewrite.ts';

/**
 * Replaces operators that cannot be written as they are by simpler ones: those without an ONNX lowering and, when
 * `fusion` is off, those of ONNX Runtime's own domain. Repeats until nothing is left to replace.
 */
export function decompose(graph: Graph, { fusion }: { readonly fusion: boolean }): Graph {
  for (let current = graph; ; ) {
    let replaced = 0;
    const next = rewrite(current, ({ operator, inputs, attributes, callSite }) => {
      if (!mustDecompose(operator, fusion)) return undefined;
      if (operator.decompose === undefined) {
        throw modelErrorAt(
          `operator '${operator.name}' has neither an ONNX lowering nor a definition in simpler operators; give it a 'lower' or a 'decompose'`,
          callSite,
        );
      }
      replaced++;
      return operator.decompose(inputs, attributes);
    });
    if (replaced === 0) return current;
    current = next;
  }
}

function mustDecompose(operator: Operator, fusion: boolean): boolean {
  return operator.lower === undefined || (operator.fused === true && !fusion);
}
