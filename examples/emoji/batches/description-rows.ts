import type { Describe } from '../episodes/descriptions.ts';
import type { Blur } from './blurred-words.ts';
import type { RowTokenizer } from './token-rows.ts';

/** Descriptions in words of the pictures of each row. */
export interface DescriptionBatch {
  /** [rows, pictures, words], token ids of each description, in the order of the row's `<image>` tokens; padding where there are fewer. */
  readonly described: BigInt64Array;
  /** [rows, pictures, words], how much of a word there is: 1, and 0 for padding; between where a picture is blurred. */
  readonly describedMask: Float32Array;
}

export interface DescriptionSizes {
  readonly rows: number;
  /** Most pictures of a row. */
  readonly pictures: number;
  /** Most tokens of a description. */
  readonly words: number;
}

/** A batch of descriptions while it is written. */
export class DescriptionRows {
  readonly batch: DescriptionBatch;

  constructor(
    private readonly tokenizer: RowTokenizer,
    private readonly sizes: DescriptionSizes,
  ) {
    const { rows, pictures, words } = sizes;
    this.batch = {
      described: new BigInt64Array(rows * pictures * words).fill(BigInt(tokenizer.special.padding)),
      describedMask: new Float32Array(rows * pictures * words),
    };
  }

  /**
   * @param emoji of the row's `<image>` tokens, in order
   * @param blur of each description; default none
   */
  write(row: number, emoji: readonly number[], describe: Describe, blur?: Blur): void {
    const { pictures, words } = this.sizes;
    for (const [picture, place] of emoji.entries()) {
      const tokens = this.tokenizer.encode(describe(place));
      const shown = (blur?.(tokens, place) ?? tokens.map((token) => [token, 1] as const)).slice(0, words);
      const start = (row * pictures + picture) * words;
      for (const [index, [token, amount]] of shown.entries()) {
        this.batch.described[start + index] = BigInt(token);
        this.batch.describedMask[start + index] = amount;
      }
    }
  }
}
