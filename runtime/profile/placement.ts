import type { Manifest } from '../../artifact/manifest.ts';
import type { Provider } from '../../artifact/provider.ts';
import type { NodeProfile, PhaseProfile } from './profile.ts';

/** What a model ran where, and how long it took. */
export type ModelProfile = {
  /** The provider that was asked for. */
  readonly provider: Provider;
  readonly phases: readonly PhaseProfile[];
  /** What ran on the CPU though another provider was asked for, but for what computes sizes. */
  readonly onCpu: readonly CpuNode[];
};

/** A node that ran on the CPU in another provider's stead. */
export type CpuNode = {
  readonly phase: string;
  readonly node: string;
  readonly operator: string;
  readonly milliseconds: number;
  /** Why, by the target's table, as `flamingo inspect` says it beforehand; null: the table has a kernel for it. */
  readonly reason: string | null;
};

/**
 * Says of each node on the CPU whether that was known when the model was compiled. ONNX Runtime computes sizes there for
 * every provider, and copies next to nothing for it: nodes of whole numbers, truths and single numbers are no fall-back.
 */
export function placements(
  provider: Provider,
  phases: readonly PhaseProfile[],
  { graphs, stages = {} }: Pick<Manifest, 'graphs' | 'stages'>,
): ModelProfile {
  const reasonsOf = (graph: string): ReadonlyMap<string, string> =>
    new Map(
      (stages[graph] ?? [graph]).flatMap((name) =>
        (graphs[name]?.fallbacks ?? []).map(({ node, reason }) => [node, reason] as const),
      ),
    );
  const onCpu =
    provider === 'cpu'
      ? []
      : phases.flatMap(({ phase, graph, nodes }) => {
          const reasons = reasonsOf(graph);
          return nodes
            .filter(
              ({ provider: ran, computesSizes, node }) =>
                ran === 'CPU' && (!computesSizes || reasons.has(node)),
            )
            .map(({ node, operator, milliseconds }) => ({
              ...{ phase, node, operator, milliseconds },
              reason: reasons.get(node) ?? null,
            }));
        });
  return { provider, phases, onCpu };
}

/** What the nodes of one operator on one provider took together. */
export type OperatorTime = Pick<NodeProfile, 'operator' | 'provider' | 'runs' | 'milliseconds'> & {
  readonly nodes: number;
};

/** The longest first. */
export function timesByOperator(nodes: readonly NodeProfile[]): readonly OperatorTime[] {
  const times = new Map<string, OperatorTime>();
  for (const { operator, provider, runs, milliseconds } of nodes) {
    const key = `${operator} ${provider}`;
    const known = times.get(key) ?? { operator, provider, runs: 0, milliseconds: 0, nodes: 0 };
    times.set(key, {
      ...known,
      runs: known.runs + runs,
      milliseconds: known.milliseconds + milliseconds,
      nodes: known.nodes + 1,
    });
  }
  return [...times.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}
