import { rebuild } from '../../compiler/graph/rebuild.ts';
import { withRenewedInputs } from '../../compiler/graph/rewrite.ts';
import { type StoredParameter, storedParameter } from '../../compiler/stored-parameter.ts';
import type { Graph } from '../../dsl/graph.ts';
import { parameterTensor } from '../../dsl/parameter.ts';
import type { ParameterInfo, Tensor } from '../../dsl/tensor.ts';

/**
 * A placed graph whose parameters of some names start at another constant: gates start at zero, and would hide what lies
 * behind them.
 */
export function reinitialised(graph: Graph, names: RegExp, value: number): Graph {
  const made = new Map<ParameterInfo, Tensor>();
  return rebuild(graph, {
    needs: (operation) => operation.inputs,
    build: (operation, renewed) => withRenewedInputs(operation, renewed).outputs,
    leaf(tensor) {
      if (tensor.source.kind !== 'parameter') return tensor;
      const own = storedParameter(tensor.source.parameter);
      if (!names.test(own.name)) return tensor;
      const changed: StoredParameter = { ...own, initialiser: { kind: 'constant', value } };
      const known = made.get(own) ?? parameterTensor(changed);
      made.set(own, known);
      return known;
    },
  });
}
