import { join } from 'node:path';
import type { Provider } from '../../artifact/provider.ts';
import {
  KEPT_WEIGHTS,
  type PlannedParameter,
  PORTS,
  type TrainingPlan,
} from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { float16Bits } from '../../artifact/weights/scalar.ts';
import { InferenceSession, type Tensor } from '../onnx-runtime.ts';
import { runtimeProvider } from '../provider/index.ts';
import { sessionRefusal } from '../session/session-refusal.ts';
import { reasonOf } from '../session.ts';
import { checkTelemetry } from '../telemetry.ts';
import { type CheckpointFacts, checkpointMetadata, readCheckpointFacts } from './checkpoints.ts';
import { type Feeds, float32Feed, tensorOf } from './feed.ts';
import { AdamW } from './optimizer/adamw.ts';
import { OptimizerInGraph } from './optimizer/in-graph.ts';
import { OptimizerOnHost } from './optimizer/on-host.ts';
import type { Optimizer, StepNumbers } from './optimizer/optimizer.ts';
import { uncountedTask } from './refuse-uncounted.ts';
import { TrainingState } from './training-state.ts';

export interface TrainerOptions {
  readonly plan: TrainingPlan;
  /** Where the graphs are. */
  readonly folder: string;
  /** The checkpoint to start from. */
  readonly checkpoint: string;
  /** Default: one for each physical core. */
  readonly threads?: number | undefined;
  /** Default `cpu`. It is used or refused, never replaced by another. */
  readonly provider?: Provider;
}

/** One call of the step graph: learning rate and number of each step, and the batches of all of them. */
export interface StepCall extends StepNumbers {
  readonly feeds: Feeds;
}

/** Losses, metrics and the gradient norm of every step of a call, by the names of the graph's outputs. */
export type StepResult = Readonly<Record<string, readonly number[]>>;

/** The graphs in ONNX Runtime and the state that they work on. Its methods block their thread while they compute. */
export class Trainer {
  readonly #plan: TrainingPlan;
  readonly #folder: string;
  readonly #step: InferenceSession;
  readonly #evaluation: InferenceSession | undefined;
  readonly #state: TrainingState;
  readonly #optimizer: Optimizer;

  private constructor(
    { plan, folder }: TrainerOptions,
    step: InferenceSession,
    evaluation: InferenceSession | undefined,
    state: TrainingState,
    optimizer: Optimizer,
  ) {
    this.#plan = plan;
    this.#folder = folder;
    this.#step = step;
    this.#evaluation = evaluation;
    this.#state = state;
    this.#optimizer = optimizer;
  }

  /**
   * Opens the graphs and loads a checkpoint.
   *
   * @throws UserError for a checkpoint that is damaged, or a graph that ONNX Runtime refuses
   */
  static async open(options: TrainerOptions): Promise<Trainer> {
    const { plan, folder, checkpoint, threads, provider = 'cpu' } = options;
    checkTelemetry();
    const runs = runtimeProvider(provider);
    runs.check();
    const { stacked, optimizerOnHost } = plan.step;
    const adamW = optimizerOnHost ? new AdamW(plan.optimizer, allocations(plan.trained)) : undefined;
    const state = new TrainingState(plan.trained, adamW && ((size) => adamW.allocate(size)));
    await state.load(await openSafetensors(checkpoint));
    const facts = await readCheckpointFacts(checkpoint);
    if (facts.digest !== null && state.digest() !== facts.digest) {
      throw new UserError(
        `${checkpoint} is damaged: its values are not those that were written; delete it to resume from the one before.`,
      );
    }
    const open = async (file: string): Promise<InferenceSession> => {
      const path = join(folder, file);
      try {
        return await InferenceSession.create(path, {
          executionProviders: [provider],
          executionMode: 'sequential',
          interOpNumThreads: 1,
          /*
           * A pattern is one block for all that a step holds, beside what the first step took without one and keeps: with
           * 16 M weights trained, 1.27 GB over those that are loaded instead of 0.93, at the same speed.
           */
          enableMemPattern: false,
          /*
           * The softmax kernel makes of what a mask hides numbers too small for float32's usual form, which the processor
           * takes four times as long over. They are zeros then, in this thread and those of the session.
           */
          extra: { session: { set_denormal_as_zero: '1' } },
          logSeverityLevel: 4,
          ...(threads !== undefined && { intraOpNumThreads: threads }),
        });
      } catch (error) {
        throw sessionRefusal(path, runs, error);
      }
    };
    const step = await open(plan.step.file);
    const evaluation = plan.evaluation && (await open(plan.evaluation.file));
    const optimizer = adamW
      ? new OptimizerOnHost(state, plan.trained, adamW)
      : new OptimizerInGraph(state, stacked);
    return new Trainer(options, step, evaluation, state, optimizer);
  }

  /** Makes the steps of a call. The state changes only when loss and gradients are finite in all of them, and something counts. */
  async step({ feeds, ...steps }: StepCall): Promise<StepResult> {
    const { stacked } = this.#plan.step;
    const numbers = steps.learningRates.map((_rate, index) => steps.first + index + 1);
    const fetches = this.#optimizer.fetches();
    const results = await computed(
      this.#step,
      `step ${steps.first}`,
      {
        ...this.#optimizer.feeds(steps),
        ...tensorsOf(feeds),
        [PORTS.step]: tensorOf(float32Feed(numbers, stacked ? [numbers.length] : [])),
      },
      { ...nothingYet(this.#step), ...fetches },
    );
    const losses = numbersOf(results, (name) => fetches[name] === undefined);
    const gradientNorms = this.#optimizer.gradientNorms(results);
    const decisive = [losses[PORTS.loss] ?? [], gradientNorms].flat();
    const { tasks } = this.#plan.step;
    const counts = numbers.every((_step, index) => uncountedTask(tasks, losses, index) === undefined);
    if (counts && decisive.every(Number.isFinite)) this.#optimizer.commit(steps);
    return { ...losses, [PORTS.gradientNorm]: gradientNorms };
  }

  /**
   * Losses and metrics of one batch of every evaluation task.
   *
   * @param which how a sentence calls the batch
   */
  async evaluate(feeds: Feeds, which: string): Promise<StepResult> {
    if (this.#evaluation === undefined) throw new Error('the recipe has no evaluation');
    const all = { ...this.#state.values(), ...tensorsOf(feeds) };
    const results = await computed(this.#evaluation, which, all);
    return numbersOf(results, () => true);
  }

  /** Writes a checkpoint of the state as it is. */
  async save(path: string, facts: Omit<CheckpointFacts, 'digest'>): Promise<void> {
    const metadata = checkpointMetadata({ ...facts, digest: this.#state.digest() });
    await writeSafetensors(path, this.#state.checkpoint(), metadata);
  }

  /** Writes every parameter of the recipe under its name: the learned ones and those that stayed as they were. */
  async exportWeights(path: string, dtype: 'float32' | 'float16'): Promise<void> {
    const kept = await openSafetensors(join(this.#folder, KEPT_WEIGHTS));
    const tensors = [
      ...this.#state.weights(),
      ...this.#plan.kept.map(({ name, shape }) => ({
        name,
        dtype: 'float32' as const,
        shape,
        data: () => kept.readFloat32(name),
      })),
    ];
    await writeSafetensors(path, dtype === 'float32' ? tensors : tensors.map(inHalfPrecision));
  }

  async close(): Promise<void> {
    await this.#step.release();
    await this.#evaluation?.release();
  }
}

/** Of all arrays of the state, and of gradients. */
function allocations(parameters: readonly PlannedParameter[]): readonly number[] {
  return parameters.flatMap(({ shape, moments = true }) => {
    const size = shape.reduce((product, each) => product * each, 1);
    return Array<number>(moments ? 4 : 1).fill(size);
  });
}

function inHalfPrecision(tensor: TensorToWrite): TensorToWrite {
  const data = async () => {
    const values = typeof tensor.data === 'function' ? await tensor.data() : tensor.data;
    return Uint16Array.from(values as Float32Array, float16Bits);
  };
  return { ...tensor, dtype: 'float16', data };
}

/** Values of a batch that no graph can compute with, such as a label beyond the classes, are found as it runs. */
async function computed(
  session: InferenceSession,
  what: string,
  feeds: InferenceSession.FeedsType,
  fetches: InferenceSession.FetchesType = session.outputNames,
): Promise<InferenceSession.ReturnType> {
  try {
    return await session.run(feeds, fetches);
  } catch (error) {
    throw new UserError(
      `The graph of ${what} cannot compute its batch (${reasonOf(error)}): look at its data.`,
    );
  }
}

function tensorsOf(feeds: Feeds): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([port, feed]) => [port, tensorOf(feed)]));
}

/** All outputs of a session, to be allocated by ONNX Runtime. */
function nothingYet(session: InferenceSession): Record<string, null> {
  return Object.fromEntries(session.outputNames.map((name) => [name, null]));
}

function numbersOf(
  results: Readonly<Record<string, Tensor>>,
  wanted: (name: string) => boolean,
): Record<string, readonly number[]> {
  const numbers: Record<string, readonly number[]> = {};
  for (const [name, { data }] of Object.entries(results)) {
    if (!wanted(name)) continue;
    if (!(data instanceof Float32Array)) throw new Error(`output ${name} is not float32`);
    numbers[name] = [...data];
  }
  return numbers;
}
