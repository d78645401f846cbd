import { ModelError } from '../../dsl/errors/model-error.ts';
import { type Graph, operationsOf, operationsUnder, usersOf } from '../../dsl/graph.ts';
import { equalShapes } from '../../dsl/shape/dim.ts';
import type { Target } from '../../dsl/target.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { Bindings } from './bindings.ts';
import { checkMatch } from './check-match.ts';
import { instantiate } from './instantiate.ts';
import { matchPattern } from './match-pattern.ts';
import { describeType, type Failure } from './near-miss.ts';
import { type Form, RESULT } from './rule.ts';

/** One place in a graph where a form applies. */
export interface Match {
  readonly form: Form;
  readonly root: Operation;
  readonly bindings: Bindings;
  /** For each output of the replacement the tensor whose place it takes. */
  readonly replaced: readonly (Tensor | undefined)[];
}

/** A match that was given up because an operator of the replacement refused its inputs: the rule lacks a condition. */
export interface Refusal {
  readonly rule: string;
  readonly sentence: string;
}

export interface Findings {
  readonly matches: readonly Match[];
  readonly refusals: readonly Refusal[];
}

/**
 * Matches that can be applied together, larger patterns first: no operation belongs to two of them, and no replacement
 * comes to depend on itself.
 */
export function findMatches(graph: Graph, forms: readonly Form[], { capabilities }: Target): Findings {
  const finder = new MatchFinder(graph);
  const largestFirst = forms
    .filter(({ needs }) => needs.every((capability) => capabilities[capability]))
    .toSorted((a, b) => b.size - a.size);
  const candidates: Match[] = [];
  for (const operation of operationsOf(graph)) {
    for (const form of largestFirst) {
      const match = form.roots.has(operation.operator.name) ? finder.matchAt(form, operation) : undefined;
      if (match === undefined) continue;
      candidates.push(match);
      break;
    }
  }
  const matches = selectCompatible(candidates.toSorted((a, b) => b.form.size - a.form.size));
  return { matches, refusals: finder.refusals };
}

/** How far a match came: the pattern, what `with` and `when` ask for, other readers of its values, its types. */
export type Stage = 'pattern' | 'conditions' | 'readers' | 'types';

export class MatchFinder {
  readonly refusals: Refusal[] = [];
  private readonly users: ReadonlyMap<Tensor, readonly Operation[]>;
  private readonly outputs: ReadonlySet<Tensor>;

  constructor(graph: Graph) {
    this.users = usersOf(graph);
    this.outputs = new Set(Object.values(graph.outputs));
  }

  /** @param onStage told of every failure, with how much of a match there was: the more, the nearer it came */
  matchAt(
    form: Form,
    root: Operation,
    onStage?: (stage: Stage, failure: Failure) => void,
  ): Match | undefined {
    const [result] = root.outputs;
    const at = (stage: Stage) => onStage && ((failure: Failure) => onStage(stage, failure));
    for (const matched of matchPattern(form.pattern, result, Bindings.NONE, at('pattern'))) {
      const bindings = checkMatch(form, matched, at('conditions'));
      if (bindings === undefined || result === undefined) continue;
      const replaced = form.results.map((name) =>
        name === RESULT ? result : name === undefined ? undefined : bindings.tensors.get(name),
      );
      const needed = this.neededElsewhere(bindings.owned, replaced);
      if (needed !== undefined) {
        at('readers')?.({ bindings, ...needed });
        continue;
      }
      const match = { form, root, bindings, replaced };
      const unlike = this.unlikeTypes(match, result);
      if (unlike === undefined) return match;
      at('types')?.({ bindings, at: root, ...unlike });
    }
    return undefined;
  }

  /** What outside the match reads a value that the replacement does not provide, if something does. */
  private neededElsewhere(
    owned: ReadonlySet<Operation>,
    replaced: readonly (Tensor | undefined)[],
  ): Omit<Failure, 'bindings'> | undefined {
    for (const operation of owned) {
      for (const tensor of operation.outputs) {
        if (replaced.includes(tensor)) continue;
        const expected = `nothing else to read '${operation.operator.name}'`;
        if (this.outputs.has(tensor))
          return { at: operation, expected, found: 'a value that the graph gives out' };
        const user = this.users.get(tensor)?.find((each) => !owned.has(each));
        if (user !== undefined)
          return { at: operation, expected, found: `one that '${user.operator.name}' reads too` };
      }
    }
    return undefined;
  }

  /**
   * How the replacement differs in dtype or shape, if it does, for instance where a constant broadcasts the result: it
   * would not be one.
   */
  private unlikeTypes(match: Match, result: Tensor): Pick<Failure, 'expected' | 'found'> | undefined {
    try {
      const outputs = onBehalfOf(match.root, () =>
        instantiate(match.form, match.bindings, result, (tensor) => tensor),
      );
      if (outputs === undefined) return { expected: 'a replacement', found: 'none for these inputs' };
      for (const [index, tensor] of match.replaced.entries()) {
        const output = outputs[index];
        if (tensor === undefined || sameType(tensor, output)) continue;
        const found = output === undefined ? 'nothing' : describeType(output);
        return { expected: `the replacement to be ${describeType(tensor)}`, found };
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      this.refusals.push({ rule: match.form.rule, sentence: error.message });
      return { expected: 'inputs that the replacement takes', found: error.sentence };
    }
  }
}

function sameType(left: Tensor, right: Tensor | undefined): boolean {
  return right !== undefined && left.dtype === right.dtype && equalShapes(left.shape, right.shape);
}

function selectCompatible(candidates: readonly Match[]): readonly Match[] {
  const taken = new Set<Operation>();
  const provided = new Set<Operation>();
  const selected: Match[] = [];
  for (const match of candidates) {
    const { owned } = match.bindings;
    if ([...owned].some((operation) => taken.has(operation))) continue;
    const inner = innerResults(match);
    if (inner.length > 0 && dependsOn(match, new Set([...provided, ...inner]))) continue;
    for (const operation of inner) provided.add(operation);
    for (const operation of owned) taken.add(operation);
    selected.push(match);
  }
  return selected;
}

/** The operations below the root whose outputs the replacement provides. */
function innerResults({ replaced, root }: Match): readonly Operation[] {
  return replaced.flatMap((tensor) =>
    tensor?.source.kind === 'operation' && tensor.source.operation !== root ? [tensor.source.operation] : [],
  );
}

/**
 * Whether an input of the replacement is computed from one of `provided`: the replacement, which provides it, would
 * then wait for itself. Cheap, because the walk ends at what the match owns and such inputs are mostly parameters.
 */
function dependsOn({ bindings: { tensors, owned } }: Match, provided: ReadonlySet<Operation>): boolean {
  const leaves = [...tensors.values()].filter(
    (tensor) => tensor?.source.kind === 'operation' && !owned.has(tensor.source.operation),
  );
  return operationsUnder(leaves.filter((tensor) => tensor !== undefined)).some((operation) =>
    provided.has(operation),
  );
}
