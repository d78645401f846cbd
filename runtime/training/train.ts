import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { authorsFault } from '../../artifact/authors-fault.ts';
import { orRefusal } from '../../artifact/system-error.ts';
import { KEPT_WEIGHTS, type TrainingPlan } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import { sha256 } from '../artifact/file-hash.ts';
import { type CheckpointFacts, Checkpoints, checkIdentity, readCheckpointFacts } from './checkpoints.ts';
import { writeFirstCheckpoint } from './first-checkpoint.ts';

import { MetricsLog } from './metrics-log.ts';
import { Run } from './run.ts';
import { RUN_FILES } from './run-files.ts';
import type { TrainOptions } from './train-options.ts';
import { TrainerClient } from './trainer-client.ts';

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
    for (const name of ['checkpoints', RUN_FILES.best, RUN_FILES.weights])
      await rm(join(out, name), { recursive: true, force: true });
  }
  await orRefusal(checkpoints.folder, () => checkpoints.prepare(), 'written');
  if ((await checkpoints.steps()).length === 0) {
    await writeFirstCheckpoint(checkpoints.path(0), plan, options.initial);
  }
  const start = (await checkpoints.steps()).at(-1) ?? 0;
  const startFile = checkpoints.path(start);
  const facts = await readCheckpointFacts(startFile);
  checkIdentity(startFile, facts, start, plan.identity);

  await prepareData(options);
  const log = new MetricsLog(join(out, RUN_FILES.metrics));
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
  const found = await sha256(path);
  if (found === plan.identity['frozen weights']) return found;
  throw new UserError(
    `The frozen weights in ${path} changed while the run went on; train again with --restart.`,
  );
}
