import { type Graph, operationsOf } from '../../dsl/graph.ts';
import type { Target } from '../../dsl/target.ts';
import type { Operation } from '../../dsl/tensor.ts';
import { type Match, MatchFinder, type Stage } from './find-matches.ts';
import type { Failure } from './near-miss.ts';
import type { Form, Rule } from './rule.ts';

/** A place where a rule came near to applying, and what kept it. */
export interface NearMiss {
  /** Operations of the pattern that fitted, and how many it has. */
  readonly fitted: number;
  readonly size: number;
  /** The operation that the pattern began at. */
  readonly root: Operation;
  /** The one that does not fit, or that reads what does not. */
  readonly at: Operation;
  /** What would have fitted there: one of these. */
  readonly expected: readonly string[];
  readonly found: string;
  /** How many places of the graph are the same in this. */
  readonly places: number;
}

/** Why a rule did not apply where it did not. */
export interface RuleExplanation {
  readonly rule: string;
  /** What the rule needs and the target is not good at, if no form of the rule is for this target. */
  readonly lacking: readonly string[];
  /** The nearest misses, nearest first. */
  readonly nearest: readonly NearMiss[];
}

const MOST_MISSES = 3;

const STAGES: readonly Stage[] = ['pattern', 'conditions', 'readers', 'types'];

/**
 * Watches a rule while a graph is fused, and tells where it nearly applied. Every round is looked at: where this rule did
 * not apply, another may then have taken the operations that it wanted.
 */
export class RuleExplainer {
  private readonly forms: readonly Form[];
  /** The nearest miss at each place, over all rounds. */
  private readonly misses = new Map<string, Ranked>();
  /** Of the last round alone: what is left when no rule applies any more. */
  private last: ReadonlyMap<string, Ranked> = new Map();
  private readonly applied = new Set<string>();

  constructor(
    private readonly rule: Rule,
    private readonly target: Target,
  ) {
    const { capabilities } = target;
    this.forms = rule.forms.filter(({ needs }) => needs.every((capability) => capabilities[capability]));
  }

  /** One round: the graph before it, and the matches that are applied in it. */
  watch(graph: Graph, matches: readonly Match[]): void {
    const finder = new MatchFinder(graph);
    const found = new Map<string, Ranked>();
    for (const root of operationsOf(graph)) {
      const miss = this.missAt(finder, root);
      if (miss === undefined) continue;
      const place = placeOf(root);
      keepNearest(found, place, miss);
      keepNearest(this.misses, place, miss);
    }
    this.last = found;
    for (const { form, bindings } of matches) {
      if (form.rule !== this.rule.name) continue;
      for (const operation of bindings.owned) this.applied.add(placeOf(operation));
    }
  }

  explanation(): RuleExplanation {
    const { name } = this.rule;
    if (this.forms.length === 0) {
      const needs = new Set(this.rule.forms.flatMap((form) => form.needs));
      const lacking = [...needs].filter((capability) => !this.target.capabilities[capability]);
      return { rule: name, lacking, nearest: [] };
    }
    const groups = new Map<string, Ranked>();
    for (const [place, nearest] of this.misses) {
      // Where the rule has applied, what had kept it before is of no interest.
      const miss = this.applied.has(place) ? this.last.get(place) : nearest;
      if (miss === undefined) continue;
      // The same in each layer, but for the names of its parameters.
      const found = miss.found.replace(/@\S+/, '');
      const key = [miss.root.operator.name, miss.at.operator.name, miss.expected.join(), found].join('\n');
      const known = groups.get(key);
      groups.set(key, known === undefined ? miss : { ...known, places: known.places + 1 });
    }
    return { rule: name, lacking: [], nearest: [...groups.values()].sort(byNearness).slice(0, MOST_MISSES) };
  }

  /** The nearest miss of all forms; undefined where one of them matches, or none could begin. */
  private missAt(finder: MatchFinder, root: Operation): Ranked | undefined {
    const tried = this.forms.filter(({ roots }) => roots.has(root.operator.name));
    const found = tried.map((form) => nearMiss(finder, form, root));
    const misses = found.filter((miss) => miss !== undefined).sort(byNearness);
    const [nearest] = misses;
    if (nearest === undefined || misses.length < found.length) return undefined;
    // What any form of the rule would have taken there.
    const alike = misses.filter(
      ({ stage, fitted, at }) => stage === nearest.stage && fitted === nearest.fitted && at === nearest.at,
    );
    return { ...nearest, expected: [...new Set(alike.flatMap(({ expected }) => expected))] };
  }
}

/** What an operation and those that take its place in later rounds have in common. */
function placeOf({ callSite, scope, operator }: Operation): string {
  const line = callSite === undefined ? '' : `${callSite.file}:${callSite.line}:${callSite.column}`;
  return [operator.name, line, ...scope.map(({ name }) => name)].join('\n');
}

function keepNearest(misses: Map<string, Ranked>, place: string, miss: Ranked): void {
  const known = misses.get(place);
  if (known === undefined || byNearness(miss, known) < 0) misses.set(place, miss);
}

interface Ranked extends NearMiss {
  readonly stage: number;
  readonly names: number;
}

/** By the stage that was reached, by how many operations fitted, then by how many names had been bound. */
function byNearness(a: Ranked, b: Ranked): number {
  return b.stage - a.stage || b.fitted - a.fitted || b.names - a.names;
}

/** The failure of the way that came furthest; undefined where the form matches. */
function nearMiss(finder: MatchFinder, form: Form, root: Operation): Ranked | undefined {
  let best: { readonly stage: number; readonly failures: readonly Failure[] } | undefined;
  const reach = ({ bindings }: Failure) => bindings.owned.size * 1000 + bindings.tensors.size;
  const matched = finder.matchAt(form, root, (name, failure) => {
    const stage = STAGES.indexOf(name);
    const [known] = best?.failures ?? [];
    const further =
      best === undefined || known === undefined ? 1 : stage - best.stage || reach(failure) - reach(known);
    if (further > 0) best = { stage, failures: [failure] };
    else if (further === 0 && best !== undefined && failure.at === known?.at)
      best = { stage, failures: [...best.failures, failure] };
  });
  const [first] = best?.failures ?? [];
  if (matched !== undefined || best === undefined || first === undefined) return undefined;
  return {
    stage: best.stage,
    names: first.bindings.tensors.size,
    fitted: Math.min(form.size, first.bindings.owned.size),
    size: form.size,
    root,
    at: first.at ?? root,
    expected: [...new Set(best.failures.map(({ expected }) => expected))],
    found: first.found,
    places: 1,
  };
}
