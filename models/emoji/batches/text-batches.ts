import { fastBinding } from '../episodes/binding.ts';
import { inventedDescriptions, trueDescriptions } from '../episodes/descriptions.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { EPISODE_KINDS, randomKind } from '../episodes/kinds.ts';
import type { Lexicon } from '../episodes/lexicon.ts';
import { plainLine } from '../episodes/plain-text.ts';
import { Random } from '../random.ts';
import { emptyBatch, memoised, type RowTokenizer, type TokenBatch, TokenRow } from './token-rows.ts';

/** Rows of text, whose `<image>` tokens stand for descriptions in words. */
export interface TextBatch extends TokenBatch {
  /** [rows, pictures, words], token ids of each description, in the order of the row's `<image>` tokens; padding where there are fewer. */
  readonly described: BigInt64Array;
  /** [rows, pictures, words], 1 for a word and 0 for padding. */
  readonly describedMask: Float32Array;
}

export interface TextBatchOptions {
  readonly tokenizer: RowTokenizer;
  readonly rows: number;
  /** Tokens a row. */
  readonly length: number;
  /** Most pictures that a row's episode describes. Default 16. */
  readonly pictures?: number;
  /** Most tokens of a description. Default 12. */
  readonly words?: number;
  /** Part of the rows that are lines about emoji, all of whose tokens count. Default 0.15. */
  readonly plain?: number;
  readonly kinds?: readonly EpisodeKind[];
}

/**
 * What the language model learns from before it is frozen: the same kinds of episodes as with pictures, each picture
 * replaced by words; and plain lines. The same seed and step give the same batch.
 */
export function textBatches(
  lexicon: Lexicon,
  {
    rows,
    length,
    pictures = 16,
    words = 12,
    plain = 0.15,
    kinds = EPISODE_KINDS,
    ...options
  }: TextBatchOptions,
): (step: number, seed: number) => TextBatch {
  const tokenizer = memoised(options.tokenizer);
  const { padding } = tokenizer.special;
  return (step, seed) => {
    const batch = emptyBatch(rows, length, padding);
    const described = new BigInt64Array(rows * pictures * words).fill(BigInt(padding));
    const describedMask = new Float32Array(rows * pictures * words);
    for (let index = 0; index < rows; index += 1) {
      const random = new Random(seed, step, index);
      const row = new TokenRow(tokenizer, length);
      const kind = random.chance(plain) ? undefined : randomKind(random, kinds);
      const invented = kind === fastBinding && random.chance(0.35);
      if (kind === undefined) addLines(row, lexicon, random);
      else for (const chunk of kind.make(lexicon, random, pictures)) if (!row.add(chunk)) break;
      row.write(batch, index);
      const describe = (invented ? inventedDescriptions : trueDescriptions)(lexicon, random);
      for (const [picture, place] of row.pictures.entries()) {
        const tokens = tokenizer.encode(describe(place)).slice(0, words);
        const start = (index * pictures + picture) * words;
        described.set(tokens.map(BigInt), start);
        describedMask.fill(1, start, start + tokens.length);
      }
    }
    return { ...batch, described, describedMask };
  };
}

function addLines(row: TokenRow, lexicon: Lexicon, random: Random): void {
  let room = true;
  while (room) {
    room = row.add({ pictures: [], prefix: '', answer: plainLine(lexicon, random), learnt: true });
  }
}
