import { fastBinding } from '../episodes/binding.ts';
import { inventedDescriptions, trueDescriptions } from '../episodes/descriptions.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { EPISODE_KINDS, randomKind } from '../episodes/kinds.ts';
import type { Lexicon } from '../episodes/lexicon.ts';
import { plainLine } from '../episodes/plain-text.ts';
import { Random } from '../random.ts';
import { blurredWords } from './blurred-words.ts';
import { type DescriptionBatch, DescriptionRows } from './description-rows.ts';
import { emptyBatch, memoised, type RowTokenizer, type TokenBatch, TokenRow } from './token-rows.ts';

/** Rows of text, whose `<image>` tokens stand for descriptions in words. */
export interface TextBatch extends TokenBatch, DescriptionBatch {}

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
  /** Blurs descriptions with words of a vocabulary of this size, see `blurredWords`. Default: they are clear. */
  readonly blurredFrom?: number;
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
    blurredFrom: vocabulary,
    ...options
  }: TextBatchOptions,
): (step: number, seed: number) => TextBatch {
  const tokenizer = memoised(options.tokenizer);
  const { padding } = tokenizer.special;
  return (step, seed) => {
    const batch = emptyBatch(rows, length, padding);
    const descriptions = new DescriptionRows(tokenizer, { rows, pictures, words });
    for (let index = 0; index < rows; index += 1) {
      const random = new Random(seed, step, index);
      const row = new TokenRow(tokenizer, length);
      const kind = random.chance(plain) ? undefined : randomKind(random, kinds);
      const invented = kind?.kind === fastBinding.kind && random.chance(0.35);
      if (kind === undefined) addLines(row, lexicon, random);
      else for (const chunk of kind.make(lexicon, random, pictures)) if (!row.add(chunk)) break;
      row.write(batch, index);
      const describe = (invented ? inventedDescriptions : trueDescriptions)(lexicon, random);
      const blur =
        vocabulary === undefined ? undefined : blurredWords(lexicon, tokenizer, { vocabulary, random });
      descriptions.write(index, row.pictures, describe, blur);
    }
    return { ...batch, ...descriptions.batch };
  };
}

function addLines(row: TokenRow, lexicon: Lexicon, random: Random): void {
  let room = true;
  while (room) {
    room = row.add({ pictures: [], prefix: '', answer: plainLine(lexicon, random), learnt: true });
  }
}
