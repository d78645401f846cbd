import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { authorsFault } from '../../artifact/authors-fault.ts';
import { writeWhole } from '../../artifact/folder/write-whole.ts';
import type { Provider } from '../../artifact/provider.ts';
import { KEPT_WEIGHTS, type PlannedTask, PORTS, type TrainingPlan } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { DataSource } from '../../dsl/recipe.ts';
import { Batches } from './batches.ts';
import { type CheckpointFacts, Checkpoints, checkIdentity, readCheckpointFacts } from './checkpoints.ts';
import type { Feeds } from './feed.ts';
import { writeFirstCheckpoint } from './first-checkpoint.ts';
import { lossPlot } from './loss-plot.ts';
import { MetricsLog, type MetricsRecord } from './metrics-log.ts';
import { learningRateAt } from './schedule.ts';
import type { StepResult } from './trainer.ts';
import { TrainerClient } from './trainer-client.ts';

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

export interface TrainResult {
  readonly name: string;
  /** Steps made in all, and by this call. */
  readonly step: number;
  readonly made: number;
  readonly steps: number;
  /** Of the last step, if one was made. */
  readonly loss: number | null;
  readonly best: CheckpointFacts['best'];
  readonly interrupted: boolean;
  readonly checkpoint: string;
  /** Every parameter of the recipe under its name. */
  readonly weights: string;
  /** SHA-256 of the file of parameters that are not learned, found unchanged at the end; null where there are none. */
  readonly frozen: string | null;
}

/**
 * Trains from where the folder's last checkpoint is, or from the beginning. Resumed at any checkpoint, a run comes to
 * the same weights, bit for bit, as one that was never stopped (with the same number of threads on the same machine).
 *
 * @throws UserError when the checkpoint is damaged or of another recipe, a batch does not fit, or a loss is not finite
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { plan, out, signal, events = {} } = options;
  const checkpoints = new Checkpoints(join(out, 'checkpoints'));
  if (options.restart === true) {
    for (const name of ['checkpoints', 'best.safetensors', 'weights.safetensors'])
      await rm(join(out, name), { recursive: true, force: true });
  }
  await checkpoints.prepare();
  if ((await checkpoints.steps()).length === 0) {
    await writeFirstCheckpoint(checkpoints.path(0), plan, options.initial);
  }
  const start = (await checkpoints.steps()).at(-1) ?? 0;
  const startFile = checkpoints.path(start);
  const facts = await readCheckpointFacts(startFile);
  checkIdentity(startFile, facts, plan.identity);

  await prepareData(options);
  const log = new MetricsLog(join(out, 'metrics.jsonl'));
  await log.resume(start);
  await using trainer = await TrainerClient.open({
    plan,
    folder: join(out, 'graphs'),
    checkpoint: startFile,
    threads: options.threads,
    provider: options.provider ?? 'cpu',
  });
  const run = new Run(options, checkpoints, log, trainer, facts.best);
  events.onStart?.(start, Math.min(plan.steps, options.stopAfter ?? plan.steps));
  const step = await run.from(start);
  return {
    name: plan.name,
    step,
    made: step - start,
    steps: plan.steps,
    loss: log.records.findLast(({ kind }) => kind === 'train')?.loss ?? null,
    best: run.best,
    interrupted: signal?.aborted ?? false,
    checkpoint: checkpoints.path(step),
    weights: run.weights,
    frozen: plan.kept.length === 0 ? null : await provenUnchanged(out, plan),
  };
}

/** One process's share of a run. */
class Run {
  readonly #options: TrainOptions;
  readonly #checkpoints: Checkpoints;
  readonly #log: MetricsLog;
  readonly #trainer: TrainerClient;
  readonly #batches: Batches;
  readonly #began = performance.now();
  best: CheckpointFacts['best'];

  constructor(
    options: TrainOptions,
    checkpoints: Checkpoints,
    log: MetricsLog,
    trainer: TrainerClient,
    best: CheckpointFacts['best'],
  ) {
    this.#options = options;
    this.#checkpoints = checkpoints;
    this.#log = log;
    this.#trainer = trainer;
    this.#batches = new Batches(options.plan.step.tasks, options.data, options.plan.seed);
    this.best = best;
  }

  get weights(): string {
    return join(this.#options.out, 'weights.safetensors');
  }

  /** Makes the steps that are left, and returns how many there are then. */
  async from(start: number): Promise<number> {
    const { plan, signal, stopAfter = plan.steps } = this.#options;
    const last = Math.min(plan.steps, stopAfter);
    const every = this.#options.checkpointEvery ?? plan.checkpointEvery;
    let step = start;
    let next = step < last ? this.#draw(step, last) : undefined;
    while (next !== undefined) {
      const { count, feeds } = await next;
      // The batches after these are made while these are computed.
      const following = step + count < last ? this.#draw(step + count, last) : undefined;
      // It is awaited later; should this step fail first, that one's failure is not news.
      following?.catch(() => {});
      await this.#step(step, count, feeds);
      const before = step;
      step += count;
      await this.#evaluate(before, step, step === last);
      const stopped = signal?.aborted === true;
      if (crosses(before, step, every) || step === last || stopped) await this.#checkpoint(step);
      next = stopped ? undefined : following;
    }
    if (step === start) await this.#trainer.call('exportWeights', [this.weights, this.#precision]);
    return step;
  }

  get #precision(): 'float32' | 'float16' {
    return this.#options.precision ?? 'float32';
  }

  /** The batches of the next call. Calls end at multiples of `stepsPerCall`, wherever a run was resumed. */
  async #draw(step: number, last: number): Promise<{ readonly count: number; readonly feeds: Feeds }> {
    const { stepsPerCall, step: graph } = this.#options.plan;
    const count = graph.stacked ? Math.min(stepsPerCall - (step % stepsPerCall), last - step) : 1;
    const feeds = graph.stacked ? await this.#batches.stacked(step, count) : await this.#batches.one(step);
    return { count, feeds };
  }

  async #step(first: number, count: number, feeds: Feeds): Promise<void> {
    const { plan, events } = this.#options;
    const learningRates = Array.from({ length: count }, (_, index) => learningRateAt(plan, first + index));
    const result = await this.#trainer.call('step', [{ learningRates, first, feeds }]);
    for (const [index, learningRate] of learningRates.entries()) {
      const record: MetricsRecord = {
        step: first + index + 1,
        kind: 'train',
        ...figures(plan.step.tasks, result, index),
        learningRate,
        gradientNorm: result[PORTS.gradientNorm]?.[index] ?? Number.NaN,
        seconds: Number(((performance.now() - this.#began) / 1000).toFixed(3)),
      };
      if (!Number.isFinite(record.loss) || !Number.isFinite(record.gradientNorm)) await this.#refuse(record);
      this.#log.add(record);
      events?.onRecord?.(record);
    }
    await this.#log.flush();
  }

  async #refuse({ step, loss, gradientNorm, learningRate }: MetricsRecord): Promise<never> {
    await this.#log.flush();
    const good = this.#checkpoints.path((await this.#checkpoints.steps()).at(-1) ?? 0);
    const what = Number.isFinite(loss)
      ? `The norm of the gradients is ${gradientNorm}`
      : `The loss is ${loss}`;
    throw new UserError(
      `${what} at step ${step} with learning rate ${learningRate}; the last good checkpoint is ${good}: lower the learning rate or look at the data of that step.`,
    );
  }

  async #evaluate(before: number, step: number, isLast: boolean): Promise<void> {
    const { plan, evaluationData, events } = this.#options;
    const { evaluation } = plan;
    if (evaluation === undefined || evaluationData === undefined) return;
    if (!crosses(before, step, evaluation.every) && !isLast) return;
    const batches = new Batches(evaluation.tasks, evaluationData, plan.seed);
    const all: ReturnType<typeof figures>[] = [];
    for (let index = 0; index < evaluation.batches; index += 1) {
      const result = await this.#trainer.call('evaluate', [await batches.one(index)]);
      all.push(figures(evaluation.tasks, result, 0));
    }
    const record: MetricsRecord = { step, kind: 'evaluation', ...meanOf(all) };
    this.#log.add(record);
    events?.onRecord?.(record);
    await this.#log.flush();
    if (record.loss < (this.best?.loss ?? Number.POSITIVE_INFINITY)) {
      this.best = { step, loss: record.loss };
      await this.#trainer.call('exportWeights', [
        join(this.#options.out, 'best.safetensors'),
        this.#precision,
      ]);
    }
  }

  async #checkpoint(step: number): Promise<void> {
    const path = this.#checkpoints.path(step);
    await this.#options.checkHeld?.();
    await this.#trainer.call('save', [
      path,
      { step, identity: this.#options.plan.identity, best: this.best },
    ]);
    await this.#trainer.call('exportWeights', [this.weights, this.#precision]);
    await this.#checkpoints.prune();
    await writeWhole(
      join(this.#options.out, 'loss.svg'),
      lossPlot(this.#options.plan.name, this.#log.records),
    );
  }
}

/** Whether a multiple of `every` lies in `(before, step]`. */
function crosses(before: number, step: number, every: number): boolean {
  return Math.floor(step / every) > Math.floor(before / every);
}

function figures(tasks: readonly PlannedTask[], result: StepResult, index: number) {
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

function meanOf(all: readonly ReturnType<typeof figures>[]): ReturnType<typeof figures> {
  const mean = (pick: (each: ReturnType<typeof figures>) => number) =>
    all.reduce((sum, each) => sum + pick(each) / all.length, 0);
  const means = (key: 'losses' | 'metrics') =>
    Object.fromEntries(
      Object.keys(all[0]?.[key] ?? {}).map((name) => [name, mean((each) => each[key][name] ?? Number.NaN)]),
    );
  return { loss: mean(({ loss }) => loss), losses: means('losses'), metrics: means('metrics') };
}

async function prepareData({
  data,
  evaluationData = new Map(),
  signal,
  events,
}: TrainOptions): Promise<void> {
  const never = new AbortController().signal;
  for (const [name, source] of [...data, ...evaluationData]) {
    try {
      await source.prepare?.({
        progress: (done, total) => events?.onPrepare?.(name, done, total),
        signal: signal ?? never,
      });
    } catch (error) {
      throw authorsFault(`preparing the data of task '${name}'`, error);
    }
    signal?.throwIfAborted();
  }
}

async function provenUnchanged(out: string, plan: TrainingPlan): Promise<string> {
  const path = join(out, 'graphs', KEPT_WEIGHTS);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found === plan.identity['frozen weights']) return found;
  throw new UserError(
    `The frozen weights in ${path} changed while the run went on; train again with --restart.`,
  );
}
