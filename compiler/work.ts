import { type Graph, operationsOf } from '../dsl/graph.ts';
import { addDims, substituteDim } from '../dsl/shape/dim.ts';
import type { Dim } from '../dsl/tensor.ts';

/**
 * The work of running a graph once: multiply-adds by operator, as polynomials of the graph's open sizes. Operators
 * that are not matrix products are left out: their work is one step an element.
 *
 * @param cacheLength of a static cache, all of whose places are looked at
 */
export function workOf(graph: Graph, cacheLength?: number): Readonly<Record<string, Dim>> {
  const work = new Map<string, Dim[]>();
  for (const { operator, inputs, attributes, outputs } of operationsOf(graph)) {
    const steps = operator.multiplyAdds?.(inputs, attributes, outputs);
    if (steps === undefined) continue;
    const list = work.get(operator.name);
    if (list === undefined) work.set(operator.name, [steps]);
    else list.push(steps);
  }
  return Object.fromEntries(
    [...work].map(([name, steps]) => {
      const sum = addDims(...steps);
      return [name, cacheLength === undefined ? sum : substituteDim(sum, 'past', cacheLength)];
    }),
  );
}
