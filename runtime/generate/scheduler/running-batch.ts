import type { AnswerRequest } from '../answer-request.ts';
import type { LanguageModel } from '../language-model.ts';
import type { ReadPrompts } from '../prompt-reader.ts';
import type { ReadText } from '../read-text.ts';
import { requireNumbers, type TokenDistribution } from '../token-distribution.ts';

/** A request whose answer is being written, and its rows of the batch: one, or one for each beam. */
type Live = { readonly request: AnswerRequest; readonly rows: readonly number[] };

/** What is being written: each row has a token that has been chosen and not yet read. */
type Writing = {
  readonly text: ReadText;
  readonly live: readonly Live[];
  readonly tokens: readonly number[];
};

/**
 * Answers that are written side by side: one run of the language graph a token for all of them. Requests join between two
 * steps, with rows of any lengths, and leave when their search has ended, it fails or they are stopped; the others go on.
 */
export class RunningBatch {
  readonly #model: LanguageModel;
  #writing: Writing | undefined;

  constructor(model: LanguageModel) {
    this.#model = model;
  }

  /** Requests that are being answered. */
  get size(): number {
    return this.#writing?.live.length ?? 0;
  }

  /** Whether prompts that have been read can be added now. */
  get isOpen(): boolean {
    return this.#writing === undefined || this.#writing.text.canJoin;
  }

  /** Takes in prompts that have been read, while `isOpen`, and chooses the first token of each. */
  async add({ text, requests, next }: ReadPrompts<AnswerRequest>): Promise<void> {
    try {
      const live = requests.map((request, row) => ({ request, rows: [row] }));
      const added = await advance(text, live, next);
      this.#writing = await joined(this.#writing, added);
    } catch (error) {
      // Nobody else knows of them by now.
      for (const { end } of requests) end(error);
      throw error;
    }
  }

  /** Reads the token of each row and chooses the next. */
  async step(): Promise<void> {
    if (this.#writing === undefined) return;
    const { text, live, tokens } = this.#writing;
    let next: TokenDistribution[];
    try {
      next = await this.#model.continueDistributions(
        text,
        tokens.map((token) => [token]),
      );
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#writing = await advance(text, live, next);
  }

  /** Ends those that have been stopped. */
  async dropStopped(): Promise<void> {
    if (this.#writing === undefined) return;
    const { text, live, tokens } = this.#writing;
    const stopped = live.filter(({ request }) => request.signal?.aborted);
    if (stopped.length === 0) return;
    const order: number[] = [];
    const kept = live.flatMap(({ request, rows }) => {
      if (request.signal?.aborted) return [];
      return [{ request, rows: rows.map((row) => order.push(row) - 1) }];
    });
    const next = order.map((row) => tokens[row] ?? 0);
    this.#writing = await settle(text, order, kept, next);
    for (const { request } of stopped) request.end();
  }

  /** Ends all. */
  fail(error: unknown): void {
    const { text, live } = this.#writing ?? {};
    this.#writing = undefined;
    text?.release();
    for (const { request } of live ?? []) request.end(error);
  }
}

/** What is written with more behind it. */
async function joined(
  writing: Writing | undefined,
  added: Writing | undefined,
): Promise<Writing | undefined> {
  if (added === undefined || writing === undefined) return added ?? writing;
  const first = writing.tokens.length;
  await writing.text.join(added.text);
  const moved = added.live.map(({ request, rows }) => ({ request, rows: rows.map((row) => first + row) }));
  return {
    text: writing.text,
    live: [...writing.live, ...moved],
    tokens: [...writing.tokens, ...added.tokens],
  };
}

/** Lets each search choose from what follows its rows, and ends those that have no more to do. */
async function advance(
  text: ReadText,
  live: readonly Live[],
  next: readonly TokenDistribution[],
): Promise<Writing | undefined> {
  const parents: number[] = [];
  const tokens: number[] = [];
  const ended: [request: AnswerRequest, error?: unknown][] = [];
  const goingOn = live.flatMap(({ request, rows }): Live[] => {
    try {
      const own = rows.flatMap((row) => next[row] ?? []);
      requireNumbers(own);
      const continuations = request.search.advance(own);
      if (continuations.length === 0) ended.push([request]);
      else {
        const first = parents.length;
        for (const { parent, token } of continuations) {
          parents.push(rows[parent] ?? 0);
          tokens.push(token);
        }
        return [{ request, rows: continuations.map((_, index) => first + index) }];
      }
    } catch (error) {
      ended.push([request, error]);
    }
    return [];
  });
  const writing = await settle(text, parents, goingOn, tokens);
  for (const [request, error] of ended) request.end(error);
  return writing;
}

/** The text with these rows alone; without any its memory is let go. */
async function settle(
  text: ReadText,
  order: readonly number[],
  live: readonly Live[],
  tokens: readonly number[],
): Promise<Writing | undefined> {
  if (live.length === 0) {
    text.release();
    return undefined;
  }
  await text.select(order);
  return { text, live, tokens };
}
