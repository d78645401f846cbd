import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { UserError } from '../../artifact/user-error.ts';
import { moduleAddress } from '../../dsl/module-address.ts';
import { BLOCK_FORMATS } from './block-format.ts';
import type { Answer } from './quantisation-worker.ts';
import { type Chunk, countOf, quantiseChunk } from './quantise-chunk.ts';
import { type Destination, memoryOf, type QuantisedRows, rowsIn } from './quantise-rows.ts';
import { SharedMemory } from './shared-memory.ts';

/** Weights below which threads cost more time than they save. */
const WORTH_THREADS = 1 << 23;

/** What is in a chunk's memory once it is quantised, and how uneven its rows are. */
export interface QuantisedChunk extends QuantisedRows {
  readonly chunk: Chunk;
}

/** Quantises chunks, several at a time in as many threads as the machine has cores, or here where there is little to do. */
export class QuantisationThreads implements AsyncDisposable {
  readonly #pool: Piscina | undefined;
  /** Chunks to have under way: one in every thread's hands, one waiting for it, and the one that is asked for. */
  readonly #atOnce: number;
  readonly #memory = new SharedMemory();

  private constructor(threads: number, pool?: Piscina) {
    this.#atOnce = 2 * threads + 1;
    this.#pool = pool;
  }

  /** @param weights how many there are to quantise in all */
  static async open(weights: number): Promise<QuantisationThreads> {
    const threads = availableParallelism();
    const entry = threadEntry();
    // A program that was bundled into one file has no second one for threads.
    if (weights < WORTH_THREADS || !existsSync(entry)) return new QuantisationThreads(1);
    const { Piscina } = await import('piscina');
    const pool = new Piscina({
      filename: fileURLToPath(entry),
      minThreads: threads,
      maxThreads: threads,
      // The next is there when one is done, whatever this thread is busy with.
      concurrentTasksPerWorker: 2,
      // Flags of this process need not suit a thread.
      execArgv: [],
    });
    return new QuantisationThreads(threads, pool);
  }

  /**
   * Quantises chunks, several of which are under way, and gives what comes of them in their order.
   *
   * @returns rows whose memory is that of other rows once the next ones are asked for, where a chunk has none of its own
   */
  async *quantised(chunks: AsyncIterable<Chunk>): AsyncGenerator<QuantisedChunk> {
    const underWay: Promise<QuantisedChunk>[] = [];
    try {
      for await (const chunk of chunks) {
        const next = this.#quantise(chunk);
        // Several may fail before the first is awaited, which tells of it.
        next.catch(() => {});
        underWay.push(next);
        if (underWay.length === this.#atOnce) yield* this.#first(underWay);
      }
      while (underWay.length > 0) yield* this.#first(underWay);
    } finally {
      // Left early: what is under way may fail too, and nobody asks any more.
      await Promise.allSettled(underWay);
    }
  }

  async *#first(underWay: Promise<QuantisedChunk>[]): AsyncGenerator<QuantisedChunk> {
    const quantised = await underWay.shift();
    if (quantised === undefined) return;
    yield quantised;
    const { chunk, values } = quantised;
    if (chunk.into === undefined && values.buffer instanceof SharedArrayBuffer)
      this.#memory.give(values.buffer);
  }

  async #quantise(chunk: Chunk): Promise<QuantisedChunk> {
    if (this.#pool === undefined) return { chunk, ...quantiseChunk(chunk) };
    const format = BLOCK_FORMATS[chunk.format];
    const into = chunk.into ?? this.#memoryFor(chunk);
    const answer: Answer = await this.#pool.run({ ...chunk, into });
    if ('refused' in answer) throw new UserError(answer.refused);
    return { chunk, ...rowsIn(into.memory, format, into.rows * chunk.width, chunk), ...answer };
  }

  #memoryFor(chunk: Chunk): Destination {
    const count = countOf(chunk);
    const bytes = memoryOf(BLOCK_FORMATS[chunk.format], count, chunk);
    return { memory: this.#memory.take(bytes), rows: count / chunk.width, first: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** Beside this module: the compiled worker, or in development the entry that teaches its thread TypeScript. */
function threadEntry(): URL {
  const here = moduleAddress(import.meta.url);
  const isSource = here.endsWith('.ts');
  return new URL(isSource ? './development.cjs' : './quantisation-worker.js', here);
}
