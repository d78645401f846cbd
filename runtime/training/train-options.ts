import type { Provider } from '../../artifact/provider.ts';
import type { TrainingPlan } from '../../artifact/training-plan.ts';
import type { DataSource } from '../../dsl/program/recipe.ts';
import type { MetricsRecord } from './metrics-log.ts';

export interface TrainOptions {
  readonly plan: TrainingPlan;
  /** First values of a learned parameter, for a run that begins. */
  readonly initial: (name: string) => Promise<Float32Array>;
  /** The data of the tasks by their names, and of the evaluation's tasks. */
  readonly data: ReadonlyMap<string, DataSource>;
  readonly evaluationData?: ReadonlyMap<string, DataSource>;
  /** The run's folder: its graphs are in `graphs`. */
  readonly out: string;
  /** Called before anything is written at a checkpoint; throws when the folder is no longer this run's. */
  readonly checkHeld?: () => Promise<void>;
  /** Begin anew, though the folder has checkpoints. Default false. */
  readonly restart?: boolean;
  /** Stop when so many steps have been made; the schedule stays that of the plan. Default all. */
  readonly stopAfter?: number | undefined;
  /** Default: the plan's. */
  readonly checkpointEvery?: number | undefined;
  /** Of the finished weights. Default float32. */
  readonly precision?: 'float32' | 'float16';
  /** Default: one for each physical core. */
  readonly threads?: number | undefined;
  /** Where the graphs run, for which they were compiled. Default `cpu`. */
  readonly provider?: Provider;
  /** Stops after the step that is being computed, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly events?: TrainEvents;
}

export interface TrainEvents {
  /** Work of a data source before the first step. */
  onPrepare?(task: string, done: number, total: number): void;
  /** Where the run begins, after so many steps, and where it will end. */
  onStart?(step: number, total: number): void;
  onRecord?(record: MetricsRecord): void;
}
