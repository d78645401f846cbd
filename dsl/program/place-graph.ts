import { modelErrorAt } from '../errors/model-error-at.ts';
import { type Graph, operationsOf } from '../graph.ts';
import { describeShape } from '../operator.ts';
import type { Scope } from '../scope.ts';
import type { Operation, ParameterInfo, Tensor } from '../tensor.ts';
import { isProgramParameter } from './program-parameter.ts';

/** Where everything that a graph may read stands in a program. */
export interface Places {
  /** The program's own tensor of each parameter, by the parameter itself. */
  readonly parameters: ReadonlyMap<ParameterInfo, Tensor>;
  /** The path of each block and layer. */
  readonly blocks: ReadonlyMap<object, string>;
}

/**
 * The same operations on a program's own parameters, in scopes of the program's names. Does not recurse.
 *
 * @param what what the graph is, for the sentence
 * @throws ModelError for a graph that reads a parameter which has no place
 */
export function placeGraph(graph: Graph, { parameters, blocks }: Places, what: string): Graph {
  const renewed = new Map<Tensor, Tensor>();
  const scopes = new Map<Scope, Scope>();
  const place = (tensor: Tensor, reader?: Operation): Tensor => {
    if (tensor.source.kind !== 'parameter') return renewed.get(tensor) ?? tensor;
    const { parameter } = tensor.source;
    const own = parameters.get(isProgramParameter(parameter) ? parameter.leaf : parameter);
    if (own !== undefined) return own;
    throw modelErrorAt(
      `${what} reads a parameter ${describeShape(parameter.shape)} that is not among the parts; put all that it uses into parts`,
      reader?.callSite,
    );
  };
  for (const operation of operationsOf(graph)) {
    const outputs: Tensor[] = [];
    const placed: Operation = Object.freeze({
      ...operation,
      inputs: Object.freeze(operation.inputs.map((input) => input && place(input, operation))),
      scope: placedScope(operation.scope),
      outputs,
    });
    for (const [output, tensor] of operation.outputs.entries()) {
      const own = Object.freeze({
        ...tensor,
        source: Object.freeze({ kind: 'operation', operation: placed, output }),
      });
      outputs.push(own);
      renewed.set(tensor, own);
    }
    Object.freeze(outputs);
  }
  const all = (tensors: Graph['inputs']): Graph['inputs'] =>
    Object.freeze(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, place(tensor)])));
  return Object.freeze({ name: graph.name, inputs: all(graph.inputs), outputs: all(graph.outputs) });

  /** Each block under its path without those of the blocks around it: `layers.0.attention` inside `perceiver`. */
  function placedScope(scope: Scope): Scope {
    const known = scopes.get(scope);
    if (known !== undefined) return known;
    let outer = '.';
    const made = Object.freeze(
      scope.map(({ block, name: kind }) => {
        const path = blocks.get(block);
        const name = path?.startsWith(outer) ? path.slice(outer.length) : (path ?? kind);
        outer = outer === '.' ? `${name}.` : `${outer}${name}.`;
        return Object.freeze({ block, name });
      }),
    );
    scopes.set(scope, made);
    return made;
  }
}
