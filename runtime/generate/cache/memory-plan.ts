import type { LanguageSettings } from '../../../artifact/manifest.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { onAbort } from '../../thread/on-abort.ts';

/** Of the memory that the process may use, for the keys and values of text, where nobody says otherwise. */
const SHARE = 1 / 4;

/** The states of recurrences count for so many tokens of their row: no row has room for fewer. */
const LEAST_ROOM = 64;

/**
 * Tokens whose keys and values take a quarter of the memory that the process may use; at least one whole context.
 *
 * @param memory that memory, in bytes
 */
export function defaultCachedTokens(
  { layers, keyValueHeads, headDim, contextLength, states = {} }: LanguageSettings,
  memory: number,
): number {
  const numbers = Object.values(states).map((sizes) => sizes.reduce((all, size) => all * size, 1));
  const ofRow = numbers.reduce((sum, each) => sum + each, 0) / LEAST_ROOM;
  const bytesPerToken = (2 * layers * keyValueHeads * headDim + ofRow) * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(contextLength, Math.floor((SHARE * memory) / bytesPerToken));
}

/** What a request will keep of text at most: keys and values of so many tokens in each of its rows. */
export type PlannedTokens = {
  readonly prompt: number;
  /** To be written. */
  readonly written: number;
  /** 1, or one for each beam. */
  readonly rows: number;
  /** Whether its rows stand among those of others, all of which have the length of the longest. Default true. */
  readonly batched?: boolean;
};

/** Gives back what was reserved; a second call does nothing. */
export type Release = () => void;

type Waiting = { readonly size: PlannedTokens; grant(): void };

/**
 * A bound on the tokens whose keys and values are kept at once. What a request may come to need is reserved before it
 * begins, so that none is turned out on its way; where there is no room it waits for its turn, in the order of coming.
 */
export class MemoryPlan {
  /** Tokens, over all rows. */
  readonly most: number;
  readonly #rowLength: number | undefined;
  #held: readonly PlannedTokens[] = [];
  #waiting: readonly Waiting[] = [];
  #borrower: (spare: number) => void = () => {};

  /**
   * @param most Tokens, over all rows.
   * @param rowLength Tokens whose room every row takes, whatever it holds: those of a static cache. Default: its own.
   */
  constructor(most: number, rowLength?: number) {
    this.most = most;
    this.#rowLength = rowLength;
  }

  /** Tokens that are reserved. */
  get tokens(): number {
    return this.#needOf(this.#held);
  }

  /** Tokens that nobody has reserved. */
  get spare(): number {
    return this.most - this.tokens;
  }

  /**
   * Lends what nobody has reserved.
   *
   * @param borrower told how much that is when it shrinks: more is not to be kept
   */
  lend(borrower: (spare: number) => void): void {
    this.#borrower = borrower;
  }

  /** Whether `reserve` would give room at once. */
  hasRoom(size: PlannedTokens): boolean {
    return this.#waiting.length === 0 && this.#needOf([...this.#held, size]) <= this.most;
  }

  /**
   * Waits for room.
   *
   * @throws UserError for a request that has none even alone; the signal's reason when aborted
   */
  async reserve(size: PlannedTokens, signal?: AbortSignal): Promise<Release> {
    signal?.throwIfAborted();
    this.#requireRoomAlone(size);
    if (this.hasRoom(size)) return this.#hold(size);
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(signal?.reason);
        // Those behind it may have room.
        this.#grant();
      };
      const waiting: Waiting = {
        size,
        grant: () => {
          stopWaiting();
          resolve(this.#hold(size));
        },
      };
      this.#waiting = [...this.#waiting, waiting];
      const stopWaiting = signal === undefined ? () => {} : onAbort(signal, stop);
    });
  }

  #hold(size: PlannedTokens): Release {
    const held = { ...size };
    this.#held = [...this.#held, held];
    this.#borrower(this.spare);
    return () => {
      this.#held = this.#held.filter((each) => each !== held);
      this.#grant();
    };
  }

  #grant(): void {
    for (;;) {
      const [first, ...rest] = this.#waiting;
      if (first === undefined || this.#needOf([...this.#held, first.size]) > this.most) return;
      this.#waiting = rest;
      first.grant();
    }
  }

  #requireRoomAlone(size: PlannedTokens): void {
    const need = this.#needOf([size]);
    if (need <= this.most) return;
    const { prompt, written, rows } = size;
    const parts = written === 0 ? '' : `, ${prompt} of its prompt and ${written} to be written`;
    const beams = rows === 1 ? '' : `${parts === '' ? ',' : ''} for each of ${rows} beams`;
    if (this.#rowLength !== undefined) {
      const advice = rows > 1 ? 'ask for fewer beams, or load' : 'load';
      throw new UserError(
        `The request needs room for ${need} tokens, ${this.#rowLength} in the static cache${rows === 1 ? '' : ` for each of ${rows} beams`}, but ${this.most} are planned for all requests together: ${advice} the model with a larger 'cachedTokens'.`,
      );
    }
    const fewer = [written > 0 ? 'ask for fewer new tokens' : '', rows > 1 ? 'for fewer beams' : ''];
    throw new UserError(
      `The request needs room for ${need} tokens${parts}${beams}, but ${this.most} are planned for all requests together: ${['shorten its prompt', ...fewer.filter((each) => each !== '')].join(', ')}, or load the model with a larger 'cachedTokens'.`,
    );
  }

  /** Tokens that these take at most: those in one batch have rows of the same length, others their own. */
  #needOf(sizes: readonly PlannedTokens[]): number {
    let rows = 0;
    let longest = 0;
    let apart = 0;
    for (const { prompt, written, rows: own, batched = true } of sizes) {
      const length = this.#rowLength ?? prompt + written;
      if (!batched) apart += own * length;
      else {
        rows += own;
        longest = Math.max(longest, length);
      }
    }
    return rows * longest + apart;
  }
}
