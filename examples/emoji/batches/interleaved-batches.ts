import type { Gallery } from '../data/gallery.ts';
import type { TrainingStyle } from '../data/styles.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { EPISODE_KINDS, randomKind } from '../episodes/kinds.ts';
import type { Lexicon } from '../episodes/lexicon.ts';
import { Random } from '../random.ts';
import { type DescriptionBatch, DescriptionRows } from './description-rows.ts';
import type { PictureTable } from './picture-table.ts';
import { emptyBatch, memoised, type RowTokenizer, type TokenBatch, TokenRow } from './token-rows.ts';

/** Rows of interleaved pictures and text, one episode each; what a picture shows is described by its name. */
export interface InterleavedBatch extends TokenBatch, DescriptionBatch {
  /** [rows, pictures], places in the picture table, in the order of the row's `<image>` tokens; 0 where a row has fewer, which no token looks at. */
  readonly pictures: Int32Array;
}

export interface InterleavedBatchOptions {
  readonly tokenizer: RowTokenizer;
  readonly rows: number;
  /** Tokens a row. Default 128. */
  readonly length?: number;
  /** Pictures a row. Default 16: five ways with three examples each, and a query. */
  readonly pictures?: number;
  /** Most tokens of a picture's description. Default 12. */
  readonly words?: number;
  readonly kinds?: readonly EpisodeKind[];
}

/** What a Flamingo learns from. The same seed and step give the same batch. */
export function interleavedBatches(
  lexicon: Lexicon,
  gallery: Pick<Gallery, 'styles'>,
  table: PictureTable,
  {
    rows,
    length = 128,
    pictures = 16,
    words = 12,
    kinds = EPISODE_KINDS,
    ...options
  }: InterleavedBatchOptions,
): (step: number, seed: number) => InterleavedBatch {
  const tokenizer = memoised(options.tokenizer);
  return (step, seed) => {
    const batch = emptyBatch(rows, length, tokenizer.special.padding);
    const descriptions = new DescriptionRows(tokenizer, { rows, pictures, words });
    const shown = new Int32Array(rows * pictures);
    for (let index = 0; index < rows; index += 1) {
      const random = new Random(seed, step, index);
      const row = new TokenRow(tokenizer, length);
      for (const chunk of randomKind(random, kinds).make(lexicon, random, pictures)) {
        if (!row.add(chunk)) break;
      }
      row.write(batch, index);
      shown.set(choosePictures(row.pictures, gallery, table, random), index * pictures);
      descriptions.write(index, row.pictures, (emoji) => lexicon.answer(emoji, 'name'));
    }
    return { ...batch, ...descriptions.batch, pictures: shown };
  };
}

/** Each time an emoji comes again in a row another artist has drawn it, while there are others. */
function choosePictures(
  emoji: readonly number[],
  gallery: Pick<Gallery, 'styles'>,
  table: PictureTable,
  random: Random,
): number[] {
  const left = new Map<number, TrainingStyle[]>();
  return emoji.map((place) => {
    const waiting = left.get(place) ?? [];
    const [style, ...rest] = waiting.length > 0 ? waiting : random.shuffle(gallery.styles(place));
    left.set(place, rest);
    return style === undefined ? 0 : random.pick(table.places(place, style));
  });
}
