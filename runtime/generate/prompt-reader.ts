import type { Prefix, PrefixCache } from './cache/prefix-cache.ts';
import type { LanguageModel, PreparedPrompt } from './language-model.ts';
import type { ReadRequest } from './read-request.ts';
import type { ReadText } from './read-text.ts';
import type { TokenDistribution } from './token-distribution.ts';

/** Tokens that are read in one run, unless it is said otherwise. */
export const PREFILL_CHUNK = 256;

/** Prompts that are read in one run where a model cannot read them in pieces. */
const WHOLE_PROMPTS = 8;

/** Prompts that have been read: one row of the text each, and what may follow it. */
export type ReadPrompts<Request extends ReadRequest = ReadRequest> = {
  readonly text: ReadText;
  readonly requests: readonly Request[];
  readonly next: readonly TokenDistribution[];
};

/** A prompt that waits. */
type Reading<Request extends ReadRequest> = {
  readonly request: Request;
  /** What prompts have in common that may be read in one run. */
  readonly kind: string;
  /** What has been read of it, where that has begun: it is longer than a chunk. */
  text: ReadText | undefined;
};

/** A prompt that waits, what need not be read of it as things stand, and how many tokens are left. */
type Candidate<Request extends ReadRequest> = {
  readonly reading: Reading<Request>;
  readonly prefix: Prefix | undefined;
  readonly rest: number;
  readonly isLong: boolean;
};

/**
 * Prompts that wait to be read. A step is one run of the language graph over at most `chunk` tokens: several short prompts,
 * or the next piece of a longer one, which others so need not wait for. In turns the oldest prompt comes first, and the
 * shortest: no prompt waits for ever, and a short one waits for one piece of a long one. Where a prompt's beginning is
 * kept, the rest is all that is read and counted.
 */
export class PromptReader<Request extends ReadRequest = ReadRequest> {
  readonly #model: LanguageModel;
  readonly #chunk: number;
  readonly #prefixes: PrefixCache | undefined;
  #waiting: readonly Reading<Request>[] = [];
  #shortestFirst = false;

  constructor(model: LanguageModel, chunk: number, prefixes?: PrefixCache) {
    this.#model = model;
    this.#chunk = chunk;
    this.#prefixes = prefixes;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** @param kind what prompts have in common that may be read in one run */
  add(request: Request, kind = 'prompt'): void {
    if (request.prompt.keys !== undefined) this.#prefixes?.remember(request.prompt.keys);
    this.#waiting = [...this.#waiting, { request, kind, text: undefined }];
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
  async step(): Promise<ReadPrompts<Request> | undefined> {
    const chosen = this.#choose();
    const [first] = chosen;
    if (first === undefined) return undefined;
    const readings = chosen.map(({ reading }) => reading);
    try {
      const read = first.isLong ? await this.#readPiece(first) : await this.#readWhole(chosen);
      if (read === undefined) return undefined;
      this.#waiting = this.#waiting.filter((each) => !readings.includes(each));
      for (const [row, { prompt }] of read.requests.entries())
        if (prompt.keys !== undefined) await this.#prefixes?.keepShared(prompt.keys, read.text.cache, row);
      return read;
    } catch (error) {
      this.#drop(readings, error);
      return undefined;
    }
  }

  async #readWhole(chosen: readonly Candidate<Request>[]): Promise<ReadPrompts<Request>> {
    const requests = chosen.map(({ reading }) => reading.request);
    const prompts = requests.map(({ prompt }) => prompt);
    if (chosen.every(({ prefix }) => prefix === undefined)) {
      const { next, text } = await this.#model.prefillDistributions(
        prompts,
        requests.map(({ newTokens }) => newTokens),
      );
      return { text, requests, next };
    }
    const text = this.#begin(chosen);
    try {
      const ends = prompts.map(({ tokens }) => tokens.length);
      return { text, requests, next: await this.#model.readPieces(text, prompts, ends) };
    } catch (error) {
      text.release();
      throw error;
    }
  }

  async #readPiece(candidate: Candidate<Request>): Promise<ReadPrompts<Request> | undefined> {
    const { reading } = candidate;
    const text = reading.text ?? this.#begin([candidate]);
    reading.text = text;
    const next = await readPieceOf(this.#model, text, reading.request.prompt, this.#chunk);
    return next && { text, requests: [reading.request], next: [next] };
  }

  #begin(chosen: readonly Candidate<Request>[]): ReadText {
    for (const { prefix } of chosen) this.#prefixes?.count(prefix?.length ?? 0);
    return this.#model.beginText(
      chosen.map(({ reading, prefix }) => {
        const { prompt, newTokens } = reading.request;
        return { prefix, prompt: prompt.tokens.length, most: prompt.tokens.length + newTokens };
      }),
      this.#prefixes?.spare,
    );
  }

  /** What the next run reads: one long prompt, or short ones whose rows have at most `chunk` tokens together. */
  #choose(): readonly Candidate<Request>[] {
    const waiting = this.#waiting.map((reading) => this.#candidate(reading));
    const short = waiting.filter(({ isLong }) => !isLong);
    const [oldest] = waiting;
    const shortestFirst = this.#shortestFirst && short.length > 0;
    this.#shortestFirst = !this.#shortestFirst;
    if (oldest?.isLong && !shortestFirst) return [oldest];
    const ordered = shortestFirst ? short.toSorted((a, b) => a.rest - b.rest) : short;
    const chosen: Candidate<Request>[] = [];
    let width = 0;
    for (const each of ordered) {
      const wider = Math.max(width, each.rest);
      const rows = chosen.length + 1;
      const fits = this.#model.inPieces ? rows * wider <= this.#chunk : rows <= WHOLE_PROMPTS;
      // Rows without a beginning would have as much room as those with one.
      const [first = each] = chosen;
      const alike = (first.prefix === undefined) === (each.prefix === undefined);
      if (rows > 1 && !(fits && alike && first.reading.kind === each.reading.kind)) continue;
      chosen.push(each);
      width = wider;
    }
    return chosen;
  }

  #candidate(reading: Reading<Request>): Candidate<Request> {
    const { request, text } = reading;
    const { tokens } = request.prompt;
    if (text !== undefined) {
      const [read = 0] = text.cache.lengths;
      return { reading, prefix: undefined, rest: tokens.length - read, isLong: true };
    }
    const prefix = this.#model.inPieces ? longestPrefix(request.prompt, this.#prefixes) : undefined;
    const rest = tokens.length - (prefix?.length ?? 0);
    return { reading, prefix, rest, isLong: this.#model.inPieces && rest > this.#chunk };
  }

  #drop(dropped: readonly Reading<Request>[], error?: unknown): void {
    this.#waiting = this.#waiting.filter((each) => !dropped.includes(each));
    for (const { request, text } of dropped) {
      text?.release();
      request.end(error);
    }
  }
}

/** How a prompt is read that is answered by itself. */
export type ReadOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Tokens that are read in one run, default 256. */
  readonly chunk?: number;
  readonly prefixes?: PrefixCache | undefined;
};

/**
 * Reads one prompt alone, in pieces where the model can; between them others have their turn.
 *
 * @throws the signal's reason when aborted
 */
export async function readPrompt(
  model: LanguageModel,
  prompt: PreparedPrompt,
  { signal, chunk = PREFILL_CHUNK, prefixes }: ReadOptions = {},
): Promise<{ next: TokenDistribution; text: ReadText }> {
  signal?.throwIfAborted();
  if (!model.inPieces) {
    const { next, text } = await model.prefillDistributions([prompt], 0);
    const [first] = next;
    if (first === undefined) throw new Error('the language graph gave no logits');
    return { next: first, text };
  }
  if (prompt.keys !== undefined) prefixes?.remember(prompt.keys);
  const prefix = longestPrefix(prompt, prefixes);
  prefixes?.count(prefix?.length ?? 0);
  const { length } = prompt.tokens;
  const text = model.beginText([{ prefix, prompt: length, most: length }], prefixes?.spare);
  try {
    for (;;) {
      const next = await readPieceOf(model, text, prompt, chunk);
      if (next !== undefined) {
        if (prompt.keys !== undefined) await prefixes?.keepShared(prompt.keys, text.cache, 0);
        return { next, text };
      }
      signal?.throwIfAborted();
    }
  } catch (error) {
    text.release();
    throw error;
  }
}

/** What need not be read of a prompt: what it came with, or what is kept now where that is more. */
function longestPrefix(prompt: PreparedPrompt, prefixes: PrefixCache | undefined): Prefix | undefined {
  const own = prompt.prefix;
  const kept = prompt.keys === undefined ? undefined : prefixes?.find(prompt.keys);
  const longest = (kept?.length ?? 0) > (own?.length ?? 0) ? kept : own;
  return longest === undefined || longest.length === 0 ? undefined : longest;
}

/** @returns what may follow the prompt, once it has been read to its end */
async function readPieceOf(
  model: LanguageModel,
  text: ReadText,
  prompt: PreparedPrompt,
  chunk: number,
): Promise<TokenDistribution | undefined> {
  const [read = 0] = text.cache.lengths;
  const { length } = prompt.tokens;
  const end = Math.min(length, read + chunk);
  const [next] = await model.readPieces(text, [prompt], [end]);
  if (next === undefined) throw new Error('the language graph gave no logits');
  return end === length ? next : undefined;
}
