import { createHash } from 'node:crypto';
import { authorsFault } from '../../artifact/authors-fault.ts';
import type { PlannedTask } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Batch, BatchArrays, BatchDtype, DataSource } from '../../dsl/program/recipe.ts';
import { ARRAYS, checkedFeed, checkRows } from './checked-feed.ts';
import type { Feed, Feeds } from './feed.ts';

/** Draws the batches of tasks and lays them out as a graph takes them. */
export class Batches {
  readonly #tasks: readonly PlannedTask[];
  readonly #sources: ReadonlyMap<string, DataSource>;
  readonly #seeds: ReadonlyMap<string, number>;
  readonly #which: (index: number) => string;

  /**
   * @param sources by the names of the tasks
   * @param which how sentences call a batch; default `step 3`
   */
  constructor(
    tasks: readonly PlannedTask[],
    sources: ReadonlyMap<string, DataSource>,
    seed: number,
    which = (index: number) => `step ${index}`,
  ) {
    this.#which = which;
    this.#tasks = tasks;
    this.#sources = sources;
    this.#seeds = new Map(tasks.map(({ name }) => [name, taskSeed(seed, name)]));
  }

  /**
   * The batches of one step, or of one part of an evaluation, by the names of the graph's inputs.
   *
   * @throws UserError for a batch that is not what the task declares
   */
  async one(step: number): Promise<Feeds> {
    const sizes = new Map<string, number>();
    const feeds: Record<string, Feed> = {};
    const which = this.#which(step);
    for (const { name, inputs, rows = {} } of this.#tasks) {
      const source = this.#sources.get(name);
      if (source === undefined) throw new Error(`task '${name}' has no data`);
      const batch = await drawn(name, which, () => source.batch(step, this.#seeds.get(name) ?? 0));
      const known = new Set(Object.keys(inputs));
      const other = Object.keys(batch).find((key) => !known.has(key));
      if (other !== undefined) {
        throw new UserError(
          `Task '${name}', ${which}: the batch has '${other}', which is no input of the task; its inputs are ${[...known].join(', ')}.`,
        );
      }
      for (const [key, { port, dtype, shape }] of Object.entries(inputs)) {
        const where = `Task '${name}', ${which}: input '${key}'`;
        const feed = checkedFeed(where, batch[key], dtype, shape, sizes);
        checkRows(where, feed, rows[key]);
        feeds[port] = feed;
      }
    }
    return feeds;
  }

  /** The batches of several steps, stacked along a new first axis. */
  async stacked(first: number, count: number): Promise<Feeds> {
    const steps: Feeds[] = [];
    for (let step = first; step < first + count; step += 1) steps.push(await this.one(step));
    const [start] = steps;
    if (start === undefined) throw new RangeError('there are no steps to stack');
    return Object.fromEntries(
      Object.entries(start).map(([port, { dtype, shape, data }]) => {
        const stack = new ARRAYS[dtype](count * data.length);
        for (const [index, feeds] of steps.entries()) {
          const feed = feeds[port];
          if (feed === undefined || feed.shape.join() !== shape.join()) {
            throw new UserError(
              `Steps ${first} and ${first + index} have batches of different shapes for '${port}', [${shape.join(', ')}] and [${feed?.shape.join(', ')}]; make them alike, or set stepsPerCall to 1.`,
            );
          }
          place(stack, feed.data, index * data.length);
        }
        return [port, { dtype, shape: [count, ...shape], data: stack }];
      }),
    );
  }
}

async function drawn(task: string, which: string, draw: () => unknown): Promise<Batch> {
  let batch: unknown;
  try {
    batch = await draw();
  } catch (error) {
    throw authorsFault(`the data of task '${task}', ${which}`, error);
  }
  if (isBatch(batch)) return batch;
  throw new UserError(
    `Task '${task}', ${which}: the data must give an object of arrays by the names of the task's inputs, but it gives ${batch === null ? 'null' : typeof batch}.`,
  );
}

function isBatch(value: unknown): value is Batch {
  return typeof value === 'object' && value !== null;
}

/** Different for every task, so that two data sets do not draw alike. */
export function taskSeed(seed: number, task: string): number {
  return createHash('sha256').update(`${seed} ${task}`).digest().readUInt32LE(0) >>> 1;
}

function place(target: BatchArrays[BatchDtype], values: BatchArrays[BatchDtype], offset: number): void {
  const bytes = (array: BatchArrays[BatchDtype]) =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  bytes(target).set(bytes(values), offset * values.BYTES_PER_ELEMENT);
}
