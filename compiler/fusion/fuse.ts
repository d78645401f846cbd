import { type Graph, operationsOf } from '../../dsl/graph.ts';
import type { Target } from '../../dsl/target.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { type Renewed, rebuild } from '../graph/rebuild.ts';
import { withRenewedInputs } from '../graph/rewrite.ts';
import { findMatches, type Match, type Refusal } from './find-matches.ts';
import { instantiate } from './instantiate.ts';
import type { Rule } from './rule.ts';

export interface FuseOptions {
  readonly rules: readonly Rule[];
  readonly target: Target;
  /** Run on the graph after every round, so that what one rule leaves behind can be part of the next match. */
  readonly clean?: (graph: Graph) => Graph;
  /** Shown each round's graph, the last one's too, with the matches that are about to be applied. */
  readonly watch?: (graph: Graph, matches: readonly Match[]) => void;
}

export interface FusionResult {
  readonly graph: Graph;
  /** How often each rule applied, by its name, every rule named. */
  readonly counts: ReadonlyMap<string, number>;
  /** Matches that an operator of the replacement refused, each sentence once a rule. */
  readonly refusals: readonly Refusal[];
}

/**
 * Rules that make the pattern of one another would go on for ever. Others need a handful of rounds, but for matches that
 * hang on each other, as the norms of a residual stream do: of those a round may apply one, so a deep model needs a round
 * for each.
 */
const FEWEST_ROUNDS = 100;

/** Applies fusion rules until none applies any more. */
export function fuse(
  graph: Graph,
  { rules, target, clean = (each) => each, watch }: FuseOptions,
): FusionResult {
  const forms = rules.flatMap((rule) => rule.forms);
  const counts = new Map(rules.map(({ name }) => [name, 0]));
  const refusals = new Map<string, Refusal>();
  const mostRounds = Math.max(FEWEST_ROUNDS, operationsOf(graph).length);
  let current = graph;
  for (let round = 0; ; round++) {
    const found = findMatches(current, forms, target);
    for (const refusal of found.refusals) refusals.set(`${refusal.rule} ${refusal.sentence}`, refusal);
    watch?.(current, found.matches);
    if (found.matches.length === 0) return { graph: current, counts, refusals: [...refusals.values()] };
    if (round === mostRounds) {
      const names = [...new Set(found.matches.map(({ form }) => form.rule))].join(', ');
      throw new Error(
        `fusion of graph '${graph.name}' does not end: ${names} still apply after ${round} rounds`,
      );
    }
    for (const { form } of found.matches) counts.set(form.rule, (counts.get(form.rule) ?? 0) + 1);
    current = clean(replaceMatches(current, found.matches));
  }
}

/** Puts the replacements of compatible matches in place. */
function replaceMatches(graph: Graph, matches: readonly Match[]): Graph {
  const matchOf = new Map<Operation, Match>();
  for (const match of matches) {
    for (const tensor of match.replaced) {
      if (tensor?.source.kind === 'operation') matchOf.set(tensor.source.operation, match);
    }
  }
  const built = new Map<Match, readonly Tensor[]>();
  const buildMatch = (match: Match, renewed: Renewed): readonly Tensor[] => {
    const known = built.get(match);
    if (known !== undefined) return known;
    const [result] = match.root.outputs;
    const outputs =
      result && onBehalfOf(match.root, () => instantiate(match.form, match.bindings, result, renewed));
    if (outputs === undefined) throw new Error(`rule '${match.form.rule}' matched but has no replacement`);
    built.set(match, outputs);
    return outputs;
  };
  return rebuild(graph, {
    needs: (operation) => {
      const match = matchOf.get(operation);
      return match === undefined ? operation.inputs : leavesOf(match);
    },
    build: (operation, renewed) => {
      const match = matchOf.get(operation);
      if (match === undefined) return withRenewedInputs(operation, renewed).outputs;
      const outputs = buildMatch(match, renewed);
      // An output that the replacement does not provide has no readers, or the match would have been refused.
      return operation.outputs.map((tensor) => outputs[match.replaced.indexOf(tensor)] ?? tensor);
    },
  });
}

/** The bound tensors that the match does not make itself. */
function leavesOf({ bindings: { tensors, owned } }: Match): readonly (Tensor | undefined)[] {
  return [...tensors.values()].filter(
    (tensor) => tensor?.source.kind !== 'operation' || !owned.has(tensor.source.operation),
  );
}
