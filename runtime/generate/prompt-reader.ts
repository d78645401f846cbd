import type { AnswerRequest } from './answer-request.ts';
import type { LanguageModel, PreparedPrompt, ReadText } from './language-model.ts';

/** Tokens that are read in one run, unless it is said otherwise. */
export const PREFILL_CHUNK = 256;

/** Prompts that are read in one run where a model cannot read them in pieces. */
const WHOLE_PROMPTS = 8;

/** Prompts that have been read: one row of the text each, and the log-probabilities of what follows it. */
export type ReadPrompts = {
  readonly text: ReadText;
  readonly requests: readonly AnswerRequest[];
  readonly next: readonly Float64Array[];
};

type Reading = {
  readonly request: AnswerRequest;
  /** What has been read of a prompt that is read in pieces. */
  readonly text: ReadText | undefined;
};

/**
 * Prompts that wait to be read. A step is one run of the language graph over at most `chunk` tokens: several short prompts,
 * or the next piece of a longer one, which others so need not wait for. In turns the oldest prompt comes first, and the
 * shortest: no prompt waits for ever, and a short one waits for one piece of a long one.
 */
export class PromptReader {
  readonly #model: LanguageModel;
  readonly #chunk: number;
  #waiting: readonly Reading[] = [];
  #shortestFirst = false;

  constructor(model: LanguageModel, chunk: number) {
    this.#model = model;
    this.#chunk = chunk;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(request: AnswerRequest): void {
    const { prompt, newTokens } = request;
    const text = this.#isLong(prompt) ? this.#model.emptyText(prompt.tokens.length + newTokens) : undefined;
    this.#waiting = [...this.#waiting, { request, text }];
  }

  /** Ends those that have been stopped. */
  dropStopped(): void {
    this.#drop(this.#waiting.filter(({ request }) => request.signal?.aborted));
  }

  /** Ends all. */
  fail(error: unknown): void {
    this.#drop(this.#waiting, error);
  }

  /** @returns the prompts that have been read to their end; undefined where there are none */
  async step(): Promise<ReadPrompts | undefined> {
    const chosen = this.#choose();
    const [first] = chosen;
    if (first === undefined) return undefined;
    try {
      const read = first.text === undefined ? await this.#readWhole(chosen) : await this.#readPiece(first);
      if (read !== undefined) this.#waiting = this.#waiting.filter((each) => !chosen.includes(each));
      return read;
    } catch (error) {
      this.#drop(chosen, error);
      return undefined;
    }
  }

  async #readWhole(chosen: readonly Reading[]): Promise<ReadPrompts> {
    const requests = chosen.map(({ request }) => request);
    const { next, text } = await this.#model.prefill(
      requests.map(({ prompt }) => prompt),
      requests.map(({ newTokens }) => newTokens),
    );
    return { text, requests, next };
  }

  async #readPiece({ request, text }: Reading): Promise<ReadPrompts | undefined> {
    if (text === undefined) throw new Error('a short prompt is read whole');
    const next = await readPieceOf(this.#model, text, request.prompt, this.#chunk);
    return next && { text, requests: [request], next: [next] };
  }

  /** What the next run reads: one long prompt, or short ones whose rows have at most `chunk` tokens together. */
  #choose(): readonly Reading[] {
    const short = this.#waiting.filter(({ text }) => text === undefined);
    const [oldest] = this.#waiting;
    const shortestFirst = this.#shortestFirst && short.length > 0;
    this.#shortestFirst = !this.#shortestFirst;
    if (oldest?.text !== undefined && !shortestFirst) return [oldest];
    const ordered = shortestFirst ? short.toSorted((a, b) => lengthOf(a) - lengthOf(b)) : short;
    const chosen: Reading[] = [];
    let width = 0;
    for (const each of ordered) {
      const wider = Math.max(width, lengthOf(each));
      const rows = chosen.length + 1;
      const fits = this.#model.inPieces ? rows * wider <= this.#chunk : rows <= WHOLE_PROMPTS;
      if (!fits && rows > 1) continue;
      chosen.push(each);
      width = wider;
    }
    return chosen;
  }

  #isLong({ tokens }: PreparedPrompt): boolean {
    return this.#model.inPieces && tokens.length > this.#chunk;
  }

  #drop(dropped: readonly Reading[], error?: unknown): void {
    this.#waiting = this.#waiting.filter((each) => !dropped.includes(each));
    for (const { request, text } of dropped) {
      text?.cache.release();
      request.end(error);
    }
  }
}

/**
 * Reads one prompt alone, in pieces where the model can; between them others have their turn.
 *
 * @throws the signal's reason when aborted
 */
export async function readPrompt(
  model: LanguageModel,
  prompt: PreparedPrompt,
  { signal, chunk = PREFILL_CHUNK }: { signal?: AbortSignal | undefined; chunk?: number } = {},
): Promise<{ next: Float64Array; text: ReadText }> {
  signal?.throwIfAborted();
  if (!model.inPieces) {
    const { next, text } = await model.prefill([prompt], 0);
    const [first] = next;
    if (first === undefined) throw new Error('the language graph gave no logits');
    return { next: first, text };
  }
  const text = model.emptyText(prompt.tokens.length);
  try {
    for (;;) {
      const next = await readPieceOf(model, text, prompt, chunk);
      if (next !== undefined) return { next, text };
      signal?.throwIfAborted();
    }
  } catch (error) {
    text.cache.release();
    throw error;
  }
}

/** @returns log-probabilities of what follows the prompt, once it has been read to its end */
async function readPieceOf(
  model: LanguageModel,
  text: ReadText,
  prompt: PreparedPrompt,
  chunk: number,
): Promise<Float64Array | undefined> {
  const [read = 0] = text.cache.lengths;
  const { length } = prompt.tokens;
  const end = Math.min(length, read + chunk);
  const next = await model.readPiece(text, prompt, end);
  return end === length ? next : undefined;
}

function lengthOf({ request }: Reading): number {
  return request.prompt.tokens.length;
}
