import { mean } from 'simple-statistics';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { TaskOutcome } from './evaluate.ts';
import { wilsonInterval } from './interval.ts';

/** How well the tasks of one kind were answered with so many examples. */
export interface EvaluationResult {
  readonly kind: string;
  readonly shots: number;
  /** How many tasks. */
  readonly tasks: number;
  /** Mean, from 0 to 1. */
  readonly accuracy: number;
  /** 95% confidence: Wilson's interval. */
  readonly low: number;
  readonly high: number;
  /** The mean accuracy of choosing blindly; 0 for written answers. */
  readonly chance: number;
}

/**
 * By kind, in the order of their first tasks, and by number of examples.
 *
 * @throws UserError for what is no list of outcomes
 */
export function summarise(outcomes: readonly TaskOutcome[]): EvaluationResult[] {
  checkArgument('the list of outcomes', schemas.outcomes, outcomes);
  const kinds = new Map<string, Map<number, TaskOutcome[]>>();
  for (const outcome of outcomes.toSorted((a, b) => a.task.line - b.task.line)) {
    const byShots = kinds.get(outcome.task.kind) ?? new Map<number, TaskOutcome[]>();
    kinds.set(outcome.task.kind, byShots);
    byShots.set(outcome.shots, [...(byShots.get(outcome.shots) ?? []), outcome]);
  }
  return [...kinds].flatMap(([kind, byShots]) =>
    [...byShots]
      .sort(([a], [b]) => a - b)
      .map(([shots, own]) => {
        const accuracy = mean(own.map((outcome) => outcome.accuracy));
        const chance = mean(own.map(({ task }) => chanceOf(task)));
        return { kind, shots, tasks: own.length, accuracy, ...wilsonInterval(accuracy, own.length), chance };
      }),
  );
}

function chanceOf({ choices, answers }: TaskOutcome['task']): number {
  if (choices === undefined) return 0;
  return choices.filter((choice) => answers.includes(choice)).length / choices.length;
}
