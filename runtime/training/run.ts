import { join } from 'node:path';
import { writeWhole } from '../../artifact/folder/write-whole.ts';
import { orRefusal } from '../../artifact/system-error.ts';
import { PORTS } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import { Batches } from './batches.ts';
import type { CheckpointFacts, Checkpoints } from './checkpoints.ts';
import type { Feeds } from './feed.ts';
import { lossPlot } from './loss-plot.ts';
import type { MetricsLog, MetricsRecord } from './metrics-log.ts';
import { refuseUncounted } from './refuse-uncounted.ts';
import { RUN_FILES } from './run-files.ts';
import { learningRateAt } from './schedule.ts';
import { crosses, figuresOf, meanOf } from './step-figures.ts';
import type { TrainOptions } from './train-options.ts';
import type { TrainerClient } from './trainer-client.ts';

/** One process's share of a run. */
export class Run {
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
    return join(this.#options.out, RUN_FILES.weights);
  }

  /** Makes the steps that are left, and returns how many there are then. */
  async from(start: number): Promise<number> {
    const { plan, signal, stopAfter = plan.steps } = this.#options;
    const last = Math.min(plan.steps, stopAfter);
    if (start < last) await this.#tryEvaluation();
    const every = this.#options.checkpointEvery ?? plan.checkpointEvery;
    let step = start;
    let next = step < last && signal?.aborted !== true ? this.#draw(step, last) : undefined;
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
      refuseUncounted(plan.step.tasks, result, index, `step ${first + index}`);
      const record: MetricsRecord = {
        step: first + index + 1,
        kind: 'train',
        ...figuresOf(plan.step.tasks, result, index),
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
    const { plan, events } = this.#options;
    if (plan.evaluation === undefined) return;
    if (!crosses(before, step, plan.evaluation.every) && !isLast) return;
    const all: ReturnType<typeof figuresOf>[] = [];
    for await (const figures of this.#evaluated()) all.push(figures);
    const record: MetricsRecord = { step, kind: 'evaluation', ...meanOf(all) };
    this.#log.add(record);
    events?.onRecord?.(record);
    await this.#log.flush();
    if (record.loss < (this.best?.loss ?? Number.POSITIVE_INFINITY)) {
      this.best = { step, loss: record.loss };
      await this.#trainer.call('exportWeights', [join(this.#options.out, RUN_FILES.best), this.#precision]);
    }
  }

  /** A mistake in the data of the evaluation is found before the hours until it is due, not after. */
  async #tryEvaluation(): Promise<void> {
    for await (const _figures of this.#evaluated()) if (this.#options.signal?.aborted === true) return;
  }

  /** Of every batch of the evaluation, with the weights as they are. */
  async *#evaluated(): AsyncGenerator<ReturnType<typeof figuresOf>> {
    const { plan, evaluationData } = this.#options;
    const { evaluation } = plan;
    if (evaluation === undefined || evaluationData === undefined) return;
    const which = (index: number) => `batch ${index} of the evaluation`;
    const batches = new Batches(evaluation.tasks, evaluationData, plan.seed, which);
    for (let index = 0; index < evaluation.batches; index += 1) {
      const result = await this.#trainer.call('evaluate', [await batches.one(index), which(index)]);
      refuseUncounted(evaluation.tasks, result, 0, which(index));
      yield figuresOf(evaluation.tasks, result, 0);
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
    const plot = join(this.#options.out, RUN_FILES.plot);
    await orRefusal(
      plot,
      () => writeWhole(plot, lossPlot(this.#options.plan.name, this.#log.records)),
      'written',
    );
  }
}
