import type { Graph } from '../../dsl/graph.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';

/** The tensor that stands in the new graph for a tensor of the old one. */
export type Renewed = (tensor: Tensor) => Tensor;

export interface Rebuilding {
  /** The old tensors whose replacements `build` will ask for. */
  needs(operation: Operation): Iterable<Tensor | undefined>;
  /** The tensors that take the place of the operation's outputs, in their order. */
  build(operation: Operation, renewed: Renewed): readonly Tensor[];
  /** The tensor that takes the place of an input, parameter or constant; itself by default. */
  leaf?(tensor: Tensor): Tensor;
}

/**
 * Makes a new graph from an old one, operation by operation, each after what it needs. Only what the outputs need is
 * built, so operations that a replacement makes superfluous are dropped. Does not recurse: graphs may be deep.
 */
export function rebuild(graph: Graph, { needs, build, leaf = (tensor) => tensor }: Rebuilding): Graph {
  const done = new Map<Operation, readonly Tensor[]>();
  const leaves = new Map<Tensor, Tensor>();

  const renewed: Renewed = (tensor) => {
    const { source } = tensor;
    if (source.kind !== 'operation') {
      const known = leaves.get(tensor);
      if (known !== undefined) return known;
      const made = leaf(tensor);
      leaves.set(tensor, made);
      return made;
    }
    const replacement = done.get(source.operation)?.[source.output];
    if (replacement === undefined) {
      throw new Error(
        `output ${source.output} of '${source.operation.operator.name}' was asked for but never built`,
      );
    }
    return replacement;
  };

  const open: { readonly operation: Operation; readonly pending: Iterator<Tensor | undefined> }[] = [];
  const entered = new Set<Operation>();
  const enter = (tensor: Tensor | undefined): void => {
    if (tensor?.source.kind !== 'operation' || done.has(tensor.source.operation)) return;
    const { operation } = tensor.source;
    if (entered.has(operation)) {
      throw new Error(
        `rebuilding graph '${graph.name}' runs in a circle through '${operation.operator.name}'`,
      );
    }
    entered.add(operation);
    open.push({ operation, pending: needs(operation)[Symbol.iterator]() });
  };

  for (const output of Object.values(graph.outputs)) {
    enter(output);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const { done: exhausted, value } = top.pending.next();
      if (exhausted !== true) {
        enter(value);
      } else {
        done.set(top.operation, build(top.operation, renewed));
        open.pop();
      }
    }
  }
  const outputs = Object.entries(graph.outputs).map(([name, tensor]) => [name, renewed(tensor)] as const);
  return { ...graph, outputs: Object.fromEntries(outputs) };
}
