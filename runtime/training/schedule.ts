import type { TrainingPlan } from '../../artifact/training-plan.ts';

/**
 * The learning rate of a step. Over the first `warmUp` steps it rises in a straight line, and reaches its highest value
 * at the last of them; then it stays, or falls along half a cosine to `final` times the highest (Loshchilov and Hutter
 * 2017, without restarts), which the last step has.
 *
 * @param step from 0
 */
export function learningRateAt(
  { schedule, optimizer: { learningRate }, steps }: Pick<TrainingPlan, 'schedule' | 'optimizer' | 'steps'>,
  step: number,
): number {
  const { warmUp = 0 } = schedule;
  if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
  if (schedule.kind === 'constant') return learningRate;
  const { final = 0 } = schedule;
  const length = Math.max(1, steps - 1 - Math.max(0, warmUp - 1));
  const done = Math.min(1, (step - Math.max(0, warmUp - 1)) / length);
  return learningRate * (final + ((1 - final) * (1 + Math.cos(Math.PI * done))) / 2);
}
