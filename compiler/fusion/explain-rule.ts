import { type Graph, operationsOf } from '../../dsl/graph.ts';
import type { Target } from '../../dsl/target.ts';
import type { Operation } from '../../dsl/tensor.ts';
import { MatchFinder, type Stage } from './find-matches.ts';
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
 * Looks for the places of a graph where a rule nearly applies. Meant for a graph after fusion, where it applies nowhere
 * any more: places that it or another rule has changed are no misses.
 */
export function explainRule(graph: Graph, rule: Rule, { capabilities }: Target): RuleExplanation {
  const forms = rule.forms.filter(({ needs }) => needs.every((capability) => capabilities[capability]));
  if (forms.length === 0) {
    const needs = new Set(rule.forms.flatMap((form) => form.needs));
    return {
      rule: rule.name,
      lacking: [...needs].filter((capability) => !capabilities[capability]),
      nearest: [],
    };
  }
  const finder = new MatchFinder(graph);
  const misses = operationsOf(graph).flatMap((root) => {
    const tried = forms.filter(({ roots }) => roots.has(root.operator.name));
    const [nearest] = tried.flatMap((form) => nearMiss(finder, form, root) ?? []).sort(byNearness);
    return nearest === undefined ? [] : [nearest];
  });
  const groups = new Map<string, Ranked>();
  for (const miss of misses) {
    const key = [miss.at.operator.name, miss.expected.join(), miss.found].join('\n');
    const known = groups.get(key);
    groups.set(key, known === undefined ? miss : { ...known, places: known.places + 1 });
  }
  const nearest = [...groups.values()].sort(byNearness).slice(0, MOST_MISSES);
  return { rule: rule.name, lacking: [], nearest };
}

interface Ranked extends NearMiss {
  readonly stage: number;
  readonly names: number;
}

/** By the stage and the share of the pattern that fitted, then by how many names had been bound. */
function byNearness(a: Ranked, b: Ranked): number {
  return b.stage - a.stage || b.fitted / b.size - a.fitted / a.size || b.names - a.names;
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
