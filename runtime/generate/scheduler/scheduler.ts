import { eventLoopTurn } from '../../thread/event-loop-turn.ts';
import type { AnswerRequest } from '../answer-request.ts';
import { MemoryPlan } from '../cache/memory-plan.ts';
import type { PrefixCache } from '../cache/prefix-cache.ts';
import type { LanguageModel, PreparedPrompt } from '../language-model.ts';
import { PREFILL_CHUNK, PromptReader, type ReadPrompts } from '../prompt-reader.ts';
import type { ReadRequest } from '../read-request.ts';
import type { Hypothesis, Search } from '../search/search.ts';
import { RunningBatch } from './running-batch.ts';
import { RunningScores, type ScoreRequest } from './running-scores.ts';

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

/** A prompt whose candidates are to be scored. */
export type ScheduledScores = {
  /** Tokenises the prompt with its candidates, none of them empty, and reads its pictures. */
  prepare(): Promise<{
    readonly prompt: PreparedPrompt;
    readonly candidates: readonly (readonly number[])[];
  }>;
  readonly signal?: AbortSignal | undefined;
};

type Request = AnswerRequest | ScoreRequest;

/** What has been prepared, with the memory that it takes. */
type Entering = {
  readonly prompt: PreparedPrompt;
  readonly newTokens: number;
  readonly rows: number;
  /** @param end told when it has come to its end */
  request(end: ReadRequest['end']): Request;
};

/**
 * Answers requests side by side, whenever they come: each is prepared, waits for memory, is read (`PromptReader`), and
 * joins those that are being answered (`RunningBatch`) at their next step. A step reads at most one chunk of prompts and
 * one token of every answer; between two the event loop has its turn. Prompts whose candidates are scored are read in the
 * same way, and their candidates in a run of their own (`RunningScores`).
 */
export class Scheduler {
  readonly #plan: MemoryPlan;
  readonly #reader: PromptReader<Request>;
  readonly #batch: RunningBatch;
  readonly #scores: RunningScores;
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
    this.#scores = new RunningScores(model);
  }

  /**
   * Answers a request beside the others.
   *
   * @returns its search's answers, best first; when aborted, what there is so far
   * @throws what preparing it throws, and UserError for one that is larger than the memory that is planned
   */
  async answer({ prepare, search, rows, newTokens, signal }: ScheduledRequest): Promise<Hypothesis[]> {
    try {
      await this.#enter(signal, async () => {
        const prompt = await prepare();
        const request = (end: ReadRequest['end']) => ({ prompt, search, newTokens, signal, end });
        return { prompt, newTokens, rows, request };
      });
    } catch (error) {
      if (!(signal?.aborted && error === signal.reason)) throw error;
    }
    return search.results();
  }

  /**
   * Scores candidates beside the others.
   *
   * @returns for each candidate log p(token | prompt, the candidate's tokens before it) of its tokens
   * @throws what preparing throws, UserError as `answer`, and the signal's reason when aborted
   */
  async score({ prepare, signal }: ScheduledScores): Promise<number[][]> {
    let scores: number[][] = [];
    await this.#enter(signal, async () => {
      const { prompt, candidates } = await prepare();
      const found: number[][] = candidates.map(() => []);
      scores = found;
      const request = (end: ReadRequest['end']) => ({
        ...{ prompt, candidates, scores: found, newTokens: 0, signal, end },
      });
      return { prompt, newTokens: 0, rows: 1, request };
    });
    signal?.throwIfAborted();
    return scores;
  }

  /** Prepares a request, waits for memory and until it has come to its end. */
  async #enter(signal: AbortSignal | undefined, prepare: () => Promise<Entering>): Promise<void> {
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
      const { prompt, newTokens, rows, request } = await prepare();
      const size = { prompt: prompt.tokens.length, written: newTokens, rows };
      // Nobody waits for one that waits itself.
      if (!this.#plan.hasRoom(size)) arrived();
      const release = await this.#plan.reserve(size, signal);
      await new Promise<void>((resolve, reject) => {
        const end = (error?: unknown) => {
          release();
          if (error === undefined) resolve();
          else reject(error);
        };
        if (this.#reader.size === 0) this.#preparation = performance.now() - began;
        const entered = request(end);
        this.#reader.add(entered, isAnswer(entered) ? 'answer' : 'scores');
        arrived();
        if (!this.#working) void this.#work();
      });
    } finally {
      arrived();
    }
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      await this.#gather();
      while (this.#reader.size + this.#batch.size + this.#scores.size > 0) {
        await eventLoopTurn();
        this.#reader.dropStopped();
        await this.#batch.dropStopped();
        this.#scores.dropStopped();
        const read = this.#batch.isOpen ? await this.#reader.step() : undefined;
        if (read !== undefined) await this.#take(read);
        await this.#scores.step();
        await this.#batch.step();
      }
    } catch (error) {
      this.#reader.fail(error);
      this.#batch.fail(error);
      this.#scores.fail(error);
    } finally {
      this.#working = false;
    }
  }

  /** Prompts that have been read in one run are all to be answered, or all to be scored. */
  async #take({ text, requests, next }: ReadPrompts<Request>): Promise<void> {
    const answers = requests.filter(isAnswer);
    if (answers.length > 0) await this.#batch.add({ text, requests: answers, next });
    else this.#scores.add(text, requests.filter(isScore), next);
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

function isAnswer(request: Request): request is AnswerRequest {
  return 'search' in request;
}

function isScore(request: Request): request is ScoreRequest {
  return 'candidates' in request;
}
