import type { Chunk } from '../episodes/episode.ts';

/** What rows of tokens are made with; `runtime/tokenizer.ts` gives it. */
export interface RowTokenizer {
  encode(text: string): readonly number[];
  readonly special: {
    readonly image: number;
    readonly endOfChunk: number;
    readonly padding: number;
    readonly beginning: number | null;
  };
}

/** Rows of one length for next-token training. */
export interface TokenBatch {
  /** [rows, length], padded on the right. */
  readonly tokens: BigInt64Array;
  /** [rows, length], 1 for tokens that are to be foretold, as answers, and 0 for what is given. */
  readonly counted: Uint8Array;
}

/** One row while it is written: a token and whether it is to be learnt. */
export class TokenRow {
  readonly #tokens: number[];
  readonly #counted: number[];
  /** Emoji of the row's `<image>` tokens, in order. */
  readonly pictures: number[] = [];

  constructor(
    private readonly tokenizer: RowTokenizer,
    private readonly length: number,
  ) {
    const { beginning } = tokenizer.special;
    this.#tokens = beginning === null ? [] : [beginning];
    this.#counted = this.#tokens.map(() => 0);
  }

  /**
   * Appends a chunk, `<image>{prefix} {answer}<|endofchunk|>`, if there is room for the whole of it.
   *
   * @returns whether there was room
   */
  add({ pictures, prefix, answer, learnt }: Chunk): boolean {
    const { image, endOfChunk } = this.tokenizer.special;
    const given = [...pictures.map(() => image), ...this.#encode(prefix)];
    const answered = [...this.#encode(answer), endOfChunk];
    if (this.#tokens.length + given.length + answered.length > this.length) return false;
    this.#tokens.push(...given, ...answered);
    this.#counted.push(...given.map(() => 0), ...answered.map(() => (learnt ? 1 : 0)));
    this.pictures.push(...pictures);
    return true;
  }

  write(batch: TokenBatch, row: number): void {
    batch.tokens.set(this.#tokens.map(BigInt), row * this.length);
    batch.counted.set(this.#counted, row * this.length);
  }

  #encode(text: string): readonly number[] {
    return text === '' ? [] : this.tokenizer.encode(text);
  }
}

export function emptyBatch(rows: number, length: number, padding: number): TokenBatch {
  return {
    tokens: new BigInt64Array(rows * length).fill(BigInt(padding)),
    counted: new Uint8Array(rows * length),
  };
}

/** Remembers what texts encode to: names and keywords come again and again. */
export function memoised(tokenizer: RowTokenizer): RowTokenizer {
  const known = new Map<string, readonly number[]>();
  return {
    special: tokenizer.special,
    encode(text) {
      const found = known.get(text) ?? tokenizer.encode(text);
      // Made-up words never come again: beyond what names and keywords need, nothing is kept.
      if (known.size < 50_000) known.set(text, found);
      return found;
    },
  };
}
