import type { Parameter } from './parameter.ts';
import { isParameter } from './parameter.ts';
import type { Operation, Tensor } from './tensor.ts';

/**
 * A traced model: named inputs and the output tensors whose expressions reach them. The graph has no list of
 * operations of its own; it is whatever the outputs reach. Operations that no output needs are not part of it.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Every operation that the outputs reach, each once, inputs before their users. The order is that of a depth-first
 * walk from the first output on, so equal graphs give equal orders. Does not recurse: graphs may be of any depth.
 */
export function operationsOf(graph: Graph): readonly Operation[] {
  return operationsUnder(Object.values(graph.outputs));
}

/** `operationsOf` for loose tensors; operations in `stops` and what lies below only them are left out. */
export function operationsUnder(
  tensors: readonly Tensor[],
  stops: ReadonlySet<Operation> = new Set(),
): readonly Operation[] {
  const order: Operation[] = [];
  const seen = new Set<Operation>(stops);
  const open: { readonly operation: Operation; next: number }[] = [];
  const enter = (tensor: Tensor | undefined): void => {
    if (tensor?.source.kind !== 'operation' || seen.has(tensor.source.operation)) return;
    seen.add(tensor.source.operation);
    open.push({ operation: tensor.source.operation, next: 0 });
  };
  for (const tensor of tensors) {
    enter(tensor);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (top.next < top.operation.inputs.length) {
        enter(top.operation.inputs[top.next++]);
      } else {
        order.push(top.operation);
        open.pop();
      }
    }
  }
  return order;
}

/** For each tensor the operations that read it, each once, in topological order; tensors nobody reads are left out. */
export function usersOf(graph: Graph): ReadonlyMap<Tensor, readonly Operation[]> {
  const users = new Map<Tensor, Operation[]>();
  for (const operation of operationsOf(graph)) {
    for (const input of new Set(operation.inputs)) {
      if (input === undefined) continue;
      const list = users.get(input);
      if (list === undefined) users.set(input, [operation]);
      else list.push(operation);
    }
  }
  return users;
}

/** The parameters that the outputs reach, each once, in the order in which operations first read them. */
export function parametersOf(graph: Graph): readonly Parameter[] {
  const parameters = new Set<Parameter>();
  for (const tensor of tensorsOf(graph)) if (isParameter(tensor)) parameters.add(tensor);
  return [...parameters];
}

/** Every tensor that the outputs reach: leaves, results of operations and unused further results, each once. */
export function tensorsOf(graph: Graph): ReadonlySet<Tensor> {
  const tensors = new Set<Tensor>();
  for (const operation of operationsOf(graph)) {
    for (const input of operation.inputs) if (input !== undefined) tensors.add(input);
    for (const output of operation.outputs) tensors.add(output);
  }
  for (const output of Object.values(graph.outputs)) tensors.add(output);
  return tensors;
}

/** How often each operator is applied, by its name, most frequent first. */
export function operatorCounts(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operator } of operationsOf(graph))
    counts.set(operator.name, (counts.get(operator.name) ?? 0) + 1);
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
