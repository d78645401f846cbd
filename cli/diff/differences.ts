import { elementCount } from '../../dsl/element-count.ts';
import type { ComparedParameter, ModelSide } from './model-side.ts';

/** A value of each side; undefined on the side that has none. */
export interface Pair<T> {
  readonly a: T | undefined;
  readonly b: T | undefined;
}

type Named<T> = Pair<T> & { readonly name: string };

/** What two models do not have in common. */
export interface Differences {
  /** Whether nothing differs but, perhaps, the names. */
  readonly same: boolean;
  readonly names: Pair<string>;
  /** Target, fusion and precision. */
  readonly built: readonly Named<unknown>[];
  /** Options and facts, each value by its path: `language.vocabulary`. */
  readonly facts: readonly Named<unknown>[];
  /** Weights in all, and those that one side alone has, or that differ. */
  readonly parameters: {
    readonly count: Pair<number>;
    readonly differing: readonly Named<ComparedParameter>[];
  };
  readonly graphs: readonly GraphDifference[];
  /** Multiply-adds of every step, where any differs. */
  readonly work: readonly Named<number>[];
}

interface GraphDifference {
  readonly graph: string;
  /** Graphs that one side alone has. */
  readonly only?: 'a' | 'b';
  /** Inputs and outputs, as `float32 [batch, 64]`. */
  readonly ports: readonly Named<string>[];
  /** How often each operator stands in the compiled graph. */
  readonly operators: readonly Named<number>[];
  /** How often each fusion rule applied. */
  readonly fusions: readonly Named<number>[];
}

/** Compares two models, weights' values apart. */
export function differences(a: ModelSide, b: ModelSide): Differences {
  const built = differing(new Map(Object.entries(a.built)), new Map(Object.entries(b.built)));
  const facts = differing(leaves(a.facts), leaves(b.facts));
  const parameters = differing(a.parameters, b.parameters);
  const graphs = graphDifferences(a.graphs, b.graphs);
  const steps = ({ work }: ModelSide) => new Map(work.map(({ step, multiplyAdds }) => [step, multiplyAdds]));
  const work = differing(steps(a), steps(b));
  const lists = [built, facts, parameters, graphs, work];
  return {
    same: lists.every((list) => list.length === 0),
    names: { a: a.name, b: b.name },
    built,
    facts,
    parameters: { count: { a: weights(a), b: weights(b) }, differing: parameters },
    graphs,
    work,
  };
}

function weights({ parameters }: ModelSide): number {
  return [...parameters.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

function graphDifferences(a: ModelSide['graphs'], b: ModelSide['graphs']): readonly GraphDifference[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((graph): GraphDifference[] => {
    const [ours, theirs] = [a[graph], b[graph]];
    if (ours === undefined || theirs === undefined)
      return [{ graph, only: ours === undefined ? 'b' : 'a', ports: [], operators: [], fusions: [] }];
    const counts = (each: Readonly<Record<string, number>>) =>
      new Map(Object.entries(each).filter(([, count]) => count > 0));
    const found = {
      graph,
      ports: differing(ports(ours), ports(theirs)),
      operators: differing(counts(ours.operators.after), counts(theirs.operators.after)),
      fusions: differing(counts(ours.fusions), counts(theirs.fusions)),
    };
    return found.ports.length + found.operators.length + found.fusions.length === 0 ? [] : [found];
  });
}

function ports({ inputs, outputs }: ModelSide['graphs'][string]): ReadonlyMap<string, string> {
  const list = (kind: string, all: typeof inputs) =>
    all.map(({ name, dtype, shape }) => [`${kind} ${name}`, `${dtype} [${shape.join(', ')}]`] as const);
  return new Map([...list('input', inputs), ...list('output', outputs)]);
}

/** Names whose values differ, those of the first side first. */
function differing<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): readonly Named<T>[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((name) => ({ name, a: a.get(name), b: b.get(name) }))
    .filter((pair) => JSON.stringify(pair.a) !== JSON.stringify(pair.b));
}

/** Values within values, each by its path; a list counts as one. */
function leaves(value: object, path: readonly string[] = []): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([name, each]): readonly (readonly [string, unknown])[] => {
      const here = [...path, name];
      if (each === undefined) return [];
      const isTree = typeof each === 'object' && each !== null && !Array.isArray(each);
      return isTree ? [...leaves(each, here)] : [[here.join('.'), each]];
    }),
  );
}
