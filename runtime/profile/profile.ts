/** A node of a graph, and what its runs took together. */
export type NodeProfile = {
  readonly node: string;
  /** `MatMul`, `MultiHeadAttention`; `MemcpyToHost` and `MemcpyFromHost` are copies that ONNX Runtime put in. */
  readonly operator: string;
  /** As ONNX Runtime calls it, without its ending: `CPU`, `CUDA`, `WebGpu`. */
  readonly provider: string;
  readonly runs: number;
  /** Without what the nodes of a graph that it runs (`Loop`, `If`, `Scan`) took, which are listed by themselves. */
  readonly milliseconds: number;
  /** Takes and gives whole numbers, truths and single numbers alone, as what computes sizes does. */
  readonly computesSizes: boolean;
};

/** Runs of a graph that do the same: `vision`, `prefill`, `decode`, `generate`, or the name of another graph. */
export type PhaseProfile = {
  readonly phase: string;
  /** The graph among the manifest's. */
  readonly graph: string;
  readonly runs: number;
  /** Of the runs from their begin to their end. */
  readonly milliseconds: number;
  /** The longest first. */
  readonly nodes: readonly NodeProfile[];
};

/** Joins what the sessions of a graph's stages were told: each ran some of the nodes of every run. */
export function joinStages(stages: readonly (readonly PhaseProfile[])[]): readonly PhaseProfile[] {
  const joined = new Map<string, PhaseProfile>();
  for (const each of stages.flat()) {
    const known = joined.get(each.phase);
    joined.set(
      each.phase,
      known === undefined
        ? each
        : {
            ...known,
            runs: Math.max(known.runs, each.runs),
            milliseconds: known.milliseconds + each.milliseconds,
            nodes: longestFirst([...known.nodes, ...each.nodes]),
          },
    );
  }
  return [...joined.values()];
}

export function longestFirst(nodes: readonly NodeProfile[]): readonly NodeProfile[] {
  return [...nodes].sort((a, b) => b.milliseconds - a.milliseconds);
}
