import type { OnnxGraph } from './onnx/onnx-graph.ts';
import { type StoredParameter, storedParts } from './stored-parameter.ts';

/** Parameters in the order in which an artifact stores them: what a graph reads as one lies side by side. */
export class StoredOrder {
  #byName: ReadonlyMap<string, StoredParameter> = new Map();

  get parameters(): readonly StoredParameter[] {
    return [...this.#byName.values()];
  }

  /** @returns whether a graph's parameters could be added; not where it joins what others want in another order */
  take({ parameters }: Pick<OnnxGraph, 'parameters'>): boolean {
    const byName = new Map(this.#byName);
    for (const { parameter } of parameters)
      for (const part of storedParts(parameter)) byName.set(part.name, part);
    const places = new Map([...byName.keys()].map((name, place) => [name, place]));
    const isOneRange = ({ joins = [] }: StoredParameter) =>
      joins.every(({ name }, index) => places.get(name) === (places.get(joins[0]?.name ?? '') ?? 0) + index);
    if (!parameters.every(({ parameter }) => isOneRange(parameter))) return false;
    this.#byName = byName;
    return true;
  }
}
