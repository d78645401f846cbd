import type { PlannedTask } from '../../artifact/training-plan.ts';
import type { MetricsRecord } from './metrics-log.ts';
import type { StepResult } from './trainer.ts';

/** Whether a multiple of `every` lies in `(before, step]`. */
export function crosses(before: number, step: number, every: number): boolean {
  return Math.floor(step / every) > Math.floor(before / every);
}

/** Loss of all tasks together, and losses and metrics of each, as a record of the log has them. */
type Figures = Pick<MetricsRecord, 'loss' | 'losses' | 'metrics'>;

/** The figures of one of a call's steps: that at `index`. */
export function figuresOf(tasks: readonly PlannedTask[], result: StepResult, index: number): Figures {
  const value = (port: string) => result[port]?.[index] ?? Number.NaN;
  const losses = tasks.map(({ name, loss }) => [name, value(loss)] as const);
  const metrics = tasks.flatMap(({ name, metrics }) =>
    Object.entries(metrics).map(([metric, port]) => [`${name}/${metric}`, value(port)] as const),
  );
  return {
    loss: tasks.reduce((sum, { weight, loss }) => sum + weight * value(loss), 0),
    losses: Object.fromEntries(losses),
    metrics: Object.fromEntries(metrics),
  };
}

/** The mean of the figures of several batches. */
export function meanOf(all: readonly Figures[]): Figures {
  const mean = (pick: (each: Figures) => number) =>
    all.reduce((sum, each) => sum + pick(each) / all.length, 0);
  const means = (key: 'losses' | 'metrics') =>
    Object.fromEntries(
      Object.keys(all[0]?.[key] ?? {}).map((name) => [name, mean((each) => each[key][name] ?? Number.NaN)]),
    );
  return { loss: mean(({ loss }) => loss), losses: means('losses'), metrics: means('metrics') };
}
