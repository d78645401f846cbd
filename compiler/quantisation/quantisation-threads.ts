import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { UserError } from '../../artifact/user-error.ts';
import { moduleAddress } from '../../dsl/module-address.ts';
import { BLOCK_FORMATS } from './block-format.ts';
import type { Answer } from './quantisation-worker.ts';
import { type Chunk, countOf, quantiseChunk } from './quantise-chunk.ts';
import { memoryOf, type QuantisedRows, rowsIn } from './quantise-rows.ts';

/** Weights below which threads cost more time than they save. */
const WORTH_THREADS = 1 << 23;

/** Quantises chunks, several at a time in as many threads as the machine has cores, or here where there is little to do. */
export class QuantisationThreads implements AsyncDisposable {
  readonly #pool: Piscina | undefined;
  /** Chunks to have under way: one in every thread's hands and one waiting for it. */
  readonly #atOnce: number;
  /** Where threads put rows, over and over: a billion weights leave half a gigabyte, which would have to be collected. */
  readonly #free: SharedArrayBuffer[] = [];

  private constructor(threads: number, pool?: Piscina) {
    this.#atOnce = 2 * threads;
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
      // Flags of this process need not suit a thread.
      execArgv: [],
    });
    return new QuantisationThreads(threads, pool);
  }

  /**
   * Quantises chunks, several of which are under way, and gives what comes of them in their order.
   *
   * @returns rows whose memory is that of other rows once the next ones are asked for
   */
  async *quantised(chunks: AsyncIterable<Chunk>): AsyncIterable<QuantisedRows> {
    const underWay: Promise<QuantisedRows>[] = [];
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

  async *#first(underWay: Promise<QuantisedRows>[]): AsyncIterable<QuantisedRows> {
    const rows = await underWay.shift();
    if (rows === undefined) return;
    yield rows;
    if (rows.values.buffer instanceof SharedArrayBuffer) this.#free.push(rows.values.buffer);
  }

  async #quantise(chunk: Chunk): Promise<QuantisedRows> {
    if (this.#pool === undefined) return quantiseChunk(chunk);
    const format = BLOCK_FORMATS[chunk.format];
    const count = countOf(chunk);
    const bytes = memoryOf(format, count, chunk);
    const free = this.#free.pop();
    const into = free !== undefined && free.byteLength >= bytes ? free : new SharedArrayBuffer(bytes);
    const answer: Answer = await this.#pool.run({ ...chunk, into });
    if ('refused' in answer) throw new UserError(answer.refused);
    return { ...rowsIn(into, format, count, chunk), ...answer };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** Beside this module: the compiled worker, or in development the entry that teaches its thread TypeScript. */
function threadEntry(): URL {
  const here = moduleAddress(import.meta.url);
  const isSource = here.endsWith('.ts');
  return new URL(isSource ? './development.mjs' : './quantisation-worker.js', here);
}
