import type { PlannedTask } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';

/** As `Trainer.step` gives it. */
type Numbers = Readonly<Record<string, readonly number[]>>;

/** The task of whose batch nothing counted, if there is one; its loss is 0, and nothing was learned. */
export function uncountedTask(
  tasks: readonly PlannedTask[],
  result: Numbers,
  index: number,
): string | undefined {
  return tasks.find(({ counted }) => counted !== undefined && result[counted]?.[index] === 0)?.name;
}

/**
 * @param batch which one it is, as `step 3`
 * @param index of the step in the call
 * @throws UserError where nothing of a task's batch counted
 */
export function refuseUncounted(
  tasks: readonly PlannedTask[],
  result: Numbers,
  index: number,
  batch: string,
): void {
  const task = uncountedTask(tasks, result, index);
  if (task === undefined) return;
  throw new UserError(
    `Task '${task}', ${batch}: nothing in the batch counts, which leaves no loss to take the mean of; give batches in which at least one token or example counts.`,
  );
}
