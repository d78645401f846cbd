import { max, mean, min } from 'simple-statistics';
import { bootstrapMean, type Interval } from '../bootstrap.ts';
import type { EvaluationTask } from '../task.ts';
import type { Condition } from './condition.ts';
import type { VariantOutcome } from './robustness.ts';

/** A line of the table: tasks of a kind with so many examples, as they are or changed by a condition. */
export interface RobustnessRow {
  readonly kind: string;
  readonly shots: number;
  /** The condition's name; `as given` where nothing is changed. */
  readonly examples: string;
  readonly tasks: number;
  /** How often each change was drawn. */
  readonly draws: number;
  /** By the tasks' own answers, from 0 to 1: the mean over tasks of their means over draws. */
  readonly accuracy: number;
  /** Its 95% interval, by a bootstrap over tasks. */
  readonly interval: Interval;
  /** The lowest and the highest of the draws. */
  readonly draw: Interval;
  /** Of what is changed, against the same tasks' examples as they are. */
  readonly change?: {
    readonly difference: number;
    /** 95%, by a paired bootstrap over tasks. */
    readonly interval: Interval;
    /** Share of the answers that stay the same. */
    readonly same: number;
  };
  /** Of tasks whose changed examples say an answer of their own. */
  readonly believed?: {
    readonly tasks: number;
    /** Share of answers that are as the examples say. */
    readonly share: number;
    readonly interval: Interval;
    /** What the answers go by, where the interval of `share` less accuracy on these tasks does not hold 0. */
    readonly goesBy: 'examples' | 'memory' | 'neither';
  };
}

export const AS_GIVEN = 'as given';

/** The table of what was measured: kinds in their tasks' order, numbers of examples as given, then the changes. */
export function robustnessTable(outcomes: readonly VariantOutcome[]): readonly RobustnessRow[] {
  const order = outcomes.toSorted((a, b) => a.task.line - b.task.line);
  const kinds = [...new Set(order.map(({ task }) => task.kind))];
  const groups = groupBy(order, ({ task, shots, condition }) =>
    JSON.stringify([task.kind, shots, condition?.name ?? null]),
  );
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { task, shots } = first;
    const given = groups.get(JSON.stringify([task.kind, shots, null])) ?? [];
    return [rowOf(group, { kind: task.kind, shots, condition: first.condition }, given)];
  });
  const rank = ({ kind, shots, examples }: RobustnessRow) =>
    kinds.indexOf(kind) * 1e9 + (examples === AS_GIVEN ? shots : 1e6);
  return rows.toSorted((a, b) => rank(a) - rank(b) || a.examples.localeCompare(b.examples));
}

function rowOf(
  group: readonly VariantOutcome[],
  { kind, shots, condition }: { kind: string; shots: number; condition: Condition | undefined },
  given: readonly VariantOutcome[],
): RobustnessRow {
  const byTask = groupBy(group, ({ task }) => task);
  const accuracies = [...byTask.values()].map((own) => mean(own.map(({ accuracy }) => accuracy)));
  const bySeed = groupBy(group, ({ seed }) => seed);
  const draws = [...bySeed.values()].map((own) => mean(own.map(({ accuracy }) => accuracy)));
  return {
    ...{ kind, shots, examples: condition?.name ?? AS_GIVEN, tasks: byTask.size, draws: bySeed.size },
    accuracy: mean(accuracies),
    interval: bootstrapMean(accuracies),
    draw: { low: min(draws), high: max(draws) },
    ...(condition !== undefined && changeOf(byTask, given)),
    ...believedOf(byTask),
  };
}

type ByTask = ReadonlyMap<EvaluationTask, readonly VariantOutcome[]>;

function changeOf(byTask: ByTask, given: readonly VariantOutcome[]): Pick<RobustnessRow, 'change'> {
  const before = new Map(given.map((outcome) => [outcome.task, outcome]));
  const pairs = [...byTask].flatMap(([task, own]) => {
    const base = before.get(task);
    if (base === undefined) return [];
    return [
      {
        difference: mean(own.map(({ accuracy }) => accuracy)) - base.accuracy,
        same: mean(own.map(({ answer }) => (answer === base.answer ? 1 : 0))),
      },
    ];
  });
  if (pairs.length === 0) return {};
  const differences = pairs.map(({ difference }) => difference);
  return {
    change: {
      difference: mean(differences),
      interval: bootstrapMean(differences),
      same: mean(pairs.map(({ same }) => same)),
    },
  };
}

function believedOf(byTask: ByTask): Pick<RobustnessRow, 'believed'> {
  const own = [...byTask.values()].flatMap((outcomes) => {
    const shares = outcomes.flatMap(({ believed }) => believed ?? []);
    if (shares.length === 0) return [];
    return [{ share: mean(shares), accuracy: mean(outcomes.map(({ accuracy }) => accuracy)) }];
  });
  if (own.length === 0) return {};
  const shares = own.map(({ share }) => share);
  const { low, high } = bootstrapMean(own.map(({ share, accuracy }) => share - accuracy));
  const goesBy = low > 0 ? 'examples' : high < 0 ? 'memory' : 'neither';
  return { believed: { tasks: own.length, share: mean(shares), interval: bootstrapMean(shares), goesBy } };
}

function groupBy<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
