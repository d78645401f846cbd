import { fastBinding } from '../episodes/binding.ts';
import { inventedDescriptions, trueDescriptions } from '../episodes/descriptions.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { EPISODE_KINDS, randomKind } from '../episodes/kinds.ts';
import type { Lexicon } from '../episodes/lexicon.ts';
import { plainLine } from '../episodes/plain-text.ts';
import { Random } from '../random.ts';
import { emptyBatch, memoised, type RowTokenizer, type TokenBatch, TokenRow } from './token-rows.ts';

export interface TextBatchOptions {
  readonly tokenizer: RowTokenizer;
  readonly rows: number;
  /** Tokens a row. */
  readonly length: number;
  /** Most pictures that a row's episode describes. Default 16. */
  readonly pictures?: number;
  /** Part of the rows that are lines about emoji, all of whose tokens count. Default 0.15. */
  readonly plain?: number;
  readonly kinds?: readonly EpisodeKind[];
}

/**
 * What the language model learns from before it is frozen: the same kinds of episodes as with pictures, each picture
 * replaced by words before its `<image>` token, so that the model gathers what a picture shows at that token, where
 * the cross-attention will put it; and plain lines. The same seed and step give the same batch.
 */
export function textBatches(
  lexicon: Lexicon,
  { rows, length, pictures = 16, plain = 0.15, kinds = EPISODE_KINDS, ...options }: TextBatchOptions,
): (step: number, seed: number) => TokenBatch {
  const tokenizer = memoised(options.tokenizer);
  return (step, seed) => {
    const batch = emptyBatch(rows, length, tokenizer.special.padding);
    for (let index = 0; index < rows; index += 1) {
      const random = new Random(seed, step, index);
      const row = new TokenRow(tokenizer, length);
      if (random.chance(plain)) addLines(row, lexicon, random);
      else addEpisode(row, lexicon, random, randomKind(random, kinds), pictures);
      row.write(batch, index);
    }
    return batch;
  };
}

function addLines(row: TokenRow, lexicon: Lexicon, random: Random): void {
  let room = true;
  while (room) {
    room = row.add({ pictures: [], prefix: '', answer: plainLine(lexicon, random), learnt: true });
  }
}

function addEpisode(
  row: TokenRow,
  lexicon: Lexicon,
  random: Random,
  kind: EpisodeKind,
  pictures: number,
): void {
  const invented = kind === fastBinding && random.chance(0.35);
  const describe = (invented ? inventedDescriptions : trueDescriptions)(lexicon, random);
  for (const chunk of kind.make(lexicon, random, pictures)) {
    if (!row.add(chunk, chunk.pictures.map(describe))) return;
  }
}
