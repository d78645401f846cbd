/** Of a graph that was cut, the graphs that run in its place, in their order. */
export type Stages = Readonly<Record<string, readonly string[]>>;

interface Ports<P extends { readonly name: string }> {
  readonly inputs: readonly P[];
  readonly outputs: readonly P[];
}

/**
 * Graphs as their callers know them: one that was cut into stages is one again, whose inputs are those that no earlier
 * stage gives, and whose outputs those that no later one takes.
 */
export function wholeGraphs<P extends { readonly name: string }>(
  graphs: Readonly<Record<string, Ports<P>>>,
  stages: Stages = {},
): Readonly<Record<string, Ports<P>>> {
  const cut = new Set(Object.values(stages).flat());
  const others = Object.entries(graphs).filter(([name]) => !cut.has(name));
  const wholes = Object.entries(stages).map(([name, parts]) => {
    const found = parts.flatMap((part) => (Object.hasOwn(graphs, part) ? (graphs[part] ?? []) : []));
    return [name, joined(found)] as const;
  });
  return Object.fromEntries([...others, ...wholes]);
}

function joined<P extends { readonly name: string }>(stages: readonly Ports<P>[]): Ports<P> {
  const inputs = new Map<string, P>();
  const outputs = new Map<string, P>();
  const carried = new Set<string>();
  for (const stage of stages) {
    for (const port of stage.inputs) {
      if (outputs.has(port.name)) carried.add(port.name);
      else inputs.set(port.name, port);
    }
    for (const port of stage.outputs) outputs.set(port.name, port);
  }
  return {
    inputs: [...inputs.values()],
    outputs: [...outputs.values()].filter(({ name }) => !carried.has(name)),
  };
}
