import { eventLoopTurn } from '../thread/event-loop-turn.ts';
import type { LanguageModel, PreparedPrompt } from './language-model.ts';
import { MemoryPlan } from './memory-plan.ts';
import type { PrefixCache } from './prefix-cache.ts';
import { PREFILL_CHUNK, PromptReader } from './prompt-reader.ts';
import { RunningBatch } from './running-batch.ts';
import type { Hypothesis, Search } from './search.ts';

/** So many requests begin together where they come together. */
const BEGUN_TOGETHER = 8;

export type SchedulerOptions = {
  /** Default: no bound. */
  readonly plan?: MemoryPlan;
  /** Tokens of prompts that are read in one run, default 256. */
  readonly chunk?: number;
  /** What is kept of prompts' beginnings; default: nothing. */
  readonly prefixes?: PrefixCache | undefined;
};

export type ScheduledRequest = {
  /** Tokenises the prompt and reads its pictures. */
  prepare(): Promise<PreparedPrompt>;
  readonly search: Search;
  /** Rows that the search may come to have. */
  readonly rows: number;
  readonly newTokens: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Answers requests side by side, whenever they come: each is prepared, waits for memory, is read (`PromptReader`), and
 * joins those that are being answered (`RunningBatch`) at their next step. A step reads at most one chunk of prompts and
 * one token of every answer; between two the event loop has its turn.
 */
export class Scheduler {
  readonly #plan: MemoryPlan;
  readonly #reader: PromptReader;
  readonly #batch: RunningBatch;
  /** Requests that are being prepared. */
  #arriving = 0;
  /** How long it took to prepare the first that are to begin, in milliseconds. */
  #preparation = 0;
  #wake: () => void = () => {};
  #working = false;

  constructor(
    model: LanguageModel,
    {
      plan = new MemoryPlan(Number.POSITIVE_INFINITY),
      chunk = PREFILL_CHUNK,
      prefixes,
    }: SchedulerOptions = {},
  ) {
    this.#plan = plan;
    this.#reader = new PromptReader(model, chunk, prefixes);
    this.#batch = new RunningBatch(model);
  }

  /**
   * Answers a request beside the others.
   *
   * @returns its search's answers, best first; when aborted, what there is so far
   * @throws what preparing it throws, and UserError for one that is larger than the memory that is planned
   */
  async answer({ prepare, search, rows, newTokens, signal }: ScheduledRequest): Promise<Hypothesis[]> {
    let isArriving = true;
    const arrived = () => {
      if (isArriving) this.#arriving -= 1;
      isArriving = false;
      this.#wake();
    };
    this.#arriving += 1;
    const began = performance.now();
    try {
      signal?.throwIfAborted();
      const prompt = await prepare();
      const size = { prompt: prompt.tokens.length, written: newTokens, rows };
      // Nobody waits for one that waits itself.
      if (!this.#plan.hasRoom(size)) arrived();
      const release = await this.#plan.reserve(size, signal);
      return await new Promise((resolve, reject) => {
        const end = (error?: unknown) => {
          release();
          if (error === undefined) resolve(search.results());
          else reject(error);
        };
        if (this.#reader.size === 0) this.#preparation = performance.now() - began;
        this.#reader.add({ prompt, search, newTokens, signal, end });
        arrived();
        if (!this.#working) void this.#work();
      });
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return search.results();
      throw error;
    } finally {
      arrived();
    }
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      await this.#gather();
      while (this.#reader.size + this.#batch.size > 0) {
        await eventLoopTurn();
        this.#reader.dropStopped();
        await this.#batch.dropStopped();
        const read = this.#batch.isOpen ? await this.#reader.step() : undefined;
        if (read !== undefined) await this.#batch.add(read);
        await this.#batch.step();
      }
    } catch (error) {
      this.#reader.fail(error);
      this.#batch.fail(error);
    } finally {
      this.#working = false;
    }
  }

  /**
   * Where nothing is being answered, those that came together begin together, as one by one they would cost several times
   * as much. The first waits for no more than what preparing so many like itself takes.
   */
  async #gather(): Promise<void> {
    let patient = true;
    const timer = setTimeout(() => {
      patient = false;
      this.#wake();
    }, BEGUN_TOGETHER * this.#preparation);
    // Those whose messages have come with the first one's.
    await eventLoopTurn();
    while (patient && this.#arriving > 0 && this.#reader.size < BEGUN_TOGETHER) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = () => {};
    clearTimeout(timer);
  }
}
