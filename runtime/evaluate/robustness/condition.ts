import type { EvaluationTask, TaskPiece } from '../task.ts';
import type { Chance } from './chance.ts';

/** What a condition has to change a task's examples with. */
interface ConditionContext {
  /** The same for the same task, number of examples and seed. */
  readonly chance: Chance;
  /** All tasks of the file. */
  readonly tasks: readonly EvaluationTask[];
  /** Every answer that the examples of this kind's tasks have. */
  readonly labels: readonly string[];
}

/** Examples as a condition changes them, or half a sentence that says why it cannot. */
export type Changed =
  | {
      readonly shots: readonly TaskPiece[];
      /** What is right if the changed examples are believed; left out where they do not say. */
      readonly says?: readonly string[];
    }
  | string;

/**
 * A way to change the examples of a task, to see what of them a model goes by. Each lives in a file of its own in
 * `conditions/`, as the export `condition`; `npm run registries` lists them.
 */
export interface Condition {
  /** In the table: `flipped answers`. */
  readonly name: string;
  /** What it does, in a sentence without its end. */
  readonly does: string;
  /** @param shots the task's first so many examples, one at least */
  change(task: EvaluationTask, shots: readonly TaskPiece[], context: ConditionContext): Changed;
}
