import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { UserError } from '../../artifact/user-error.ts';
import { moduleAddress } from '../../dsl/module-address.ts';
import type { Answer } from './quantisation-worker.ts';
import { type Chunk, quantiseChunk } from './quantise-chunk.ts';
import type { QuantisedRows } from './quantise-rows.ts';

/** Weights below which threads cost more time than they save. */
const WORTH_THREADS = 1 << 23;

/** Quantises chunks, several at a time in as many threads as the machine has cores, or here where there is little to do. */
export class QuantisationThreads implements AsyncDisposable {
  readonly #pool: Piscina | undefined;
  /** Chunks to have under way: one in every thread's hands and one waiting for it. */
  readonly atOnce: number;

  private constructor(threads: number, pool?: Piscina) {
    this.atOnce = 2 * threads;
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

  async quantise(chunk: Chunk): Promise<QuantisedRows> {
    if (this.#pool === undefined) return quantiseChunk(chunk);
    const answer: Answer = await this.#pool.run(chunk);
    if ('refused' in answer) throw new UserError(answer.refused);
    return answer;
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
