import { answerAccuracy } from '../answer-accuracy.ts';
import {
  type Answerer,
  type EvaluateOptions,
  evaluate,
  type TaskFailure,
  type TaskOutcome,
} from '../evaluate.ts';
import type { EvaluationTask } from '../task.ts';
import { chanceOf } from './chance.ts';
import type { Condition } from './condition.ts';
import { CONDITIONS } from './condition-registry.ts';
import { exampleText } from './example-answer.ts';

/** A task's answer with its examples as they are, or as a condition changed them. */
export interface VariantOutcome {
  readonly task: EvaluationTask;
  readonly shots: number;
  /** Undefined where the examples are as the task has them. */
  readonly condition?: Condition;
  readonly seed: number;
  readonly answer: string;
  /** By the task's own answers, from 0 to 1. */
  readonly accuracy: number;
  /** By what the changed examples say; undefined where they say nothing of it. */
  readonly believed?: number;
}

/** Tasks of a kind to which a condition cannot be applied. */
export interface NotChanged {
  readonly kind: string;
  readonly condition: Condition;
  /** How many, of how many, and the first one's id and reason: half a sentence. */
  readonly tasks: number;
  readonly of: number;
  readonly first: string;
  readonly reason: string;
}

export interface RobustnessOptions
  extends Pick<EvaluateOptions, 'batch' | 'maxNewTokens' | 'beams' | 'assistant' | 'signal' | 'onProgress'> {
  /** Numbers of examples, as they are. Default 0, 1, 2, 4, 8 … and all that a kind's tasks have. */
  readonly shots?: readonly number[];
  /** Times that each change is drawn. Default 3. */
  readonly seeds?: number;
  /** As of `evaluate`. */
  readonly onAnswers?: (outcomes: readonly VariantOutcome[]) => void | Promise<void>;
}

export interface RobustnessRun {
  readonly outcomes: readonly VariantOutcome[];
  readonly notChanged: readonly NotChanged[];
  readonly failures: readonly TaskFailure[];
}

type Variant = Pick<VariantOutcome, 'task' | 'shots' | 'condition' | 'seed'> & {
  readonly asked: EvaluationTask;
  readonly says?: readonly string[];
};

/**
 * Asks a model every task with numbers of examples as they are; and with the largest of these, their examples changed by
 * every condition of `conditions/`, each as often as there are seeds.
 *
 * @throws the signal's reason when aborted; what fails for one task alone is among the failures
 */
export async function measureRobustness(
  model: Answerer,
  tasks: readonly EvaluationTask[],
  { shots, seeds = 3, onAnswers, ...options }: RobustnessOptions = {},
): Promise<RobustnessRun> {
  const variants: Variant[] = [];
  const notChanged: NotChanged[] = [];
  for (const kind of new Set(tasks.map((task) => task.kind))) {
    const own = tasks.filter((task) => task.kind === kind);
    const counts = countsOf(own, shots);
    for (const count of counts) {
      for (const task of own.filter((each) => each.shots.length >= count)) {
        const asked = { ...task, shots: task.shots.slice(0, count) };
        variants.push({ task, shots: count, seed: 0, asked });
      }
    }
    const most = counts.at(-1) ?? 0;
    if (most === 0) continue;
    const changing = { kind, tasks, own, most, seeds, labels: labelsOf(own) };
    for (const condition of CONDITIONS) {
      const { found, missing } = changed(condition, changing);
      variants.push(...found);
      if (missing !== undefined) notChanged.push(missing);
    }
  }
  const byAsked = new Map(variants.map((variant) => [variant.asked, variant]));
  const varied = (outcomes: readonly TaskOutcome[]): readonly VariantOutcome[] =>
    outcomes.flatMap(({ task: asked, answer, accuracy }): VariantOutcome[] => {
      const variant = byAsked.get(asked);
      if (variant === undefined) return [];
      const { asked: _, says, ...rest } = variant;
      return [{ ...rest, answer, accuracy, ...(says && { believed: believedOf(answer, says, asked) }) }];
    });
  const { outcomes, failures } = await evaluate(model, [...byAsked.keys()], {
    ...options,
    ...(onAnswers && { onAnswers: (outcomes) => onAnswers(varied(outcomes)) }),
  });
  return { outcomes: varied(outcomes), notChanged, failures };
}

interface Changing {
  readonly kind: string;
  readonly tasks: readonly EvaluationTask[];
  /** Those of the kind. */
  readonly own: readonly EvaluationTask[];
  readonly most: number;
  readonly seeds: number;
  readonly labels: readonly string[];
}

/** The tasks of a kind with their examples changed by a condition, once for each seed. */
function changed(condition: Condition, { kind, tasks, own, most, seeds, labels }: Changing) {
  const found: Variant[] = [];
  const enough = own.filter(({ shots }) => shots.length >= most);
  const reasons: (readonly [id: string, reason: string])[] = [];
  for (const task of enough) {
    for (let seed = 0; seed < seeds; seed += 1) {
      const chance = chanceOf(`${condition.name}:${most}:${seed}:${task.line}:${task.id}`);
      const change = condition.change(task, task.shots.slice(0, most), { chance, tasks, labels });
      if (typeof change === 'string') {
        reasons.push([task.id, change]);
        break;
      }
      const { shots, says } = change;
      const asked = { ...task, shots };
      found.push({ task, shots: most, condition, seed, asked, ...(says && { says }) });
    }
  }
  const [[first, reason] = []] = reasons;
  const missing: NotChanged | undefined =
    first === undefined || reason === undefined
      ? undefined
      : { kind, condition, tasks: reasons.length, of: enough.length, first, reason };
  return { found, missing };
}

/** Numbers of examples that tasks of a kind have, ascending. */
function countsOf(tasks: readonly EvaluationTask[], shots: readonly number[] | undefined): readonly number[] {
  const most = Math.max(...tasks.map((task) => task.shots.length));
  const doubled = [0, most];
  for (let count = 1; count < most; count *= 2) doubled.push(count);
  return [...new Set(shots ?? doubled)].filter((count) => count <= most).sort((a, b) => a - b);
}

function labelsOf(tasks: readonly EvaluationTask[]): readonly string[] {
  const all = tasks.flatMap((task) => task.shots.flatMap((shot) => exampleText(task, shot)?.answer ?? []));
  return [...new Set(all)].sort();
}

function believedOf(answer: string, says: readonly string[], { choices }: EvaluationTask): number {
  if (choices === undefined) return answerAccuracy(answer, says);
  return says.includes(answer) ? 1 : 0;
}
