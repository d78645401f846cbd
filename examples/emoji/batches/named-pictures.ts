import type { DataSource } from '../../../dsl/index.ts';
import { Random } from '../random.ts';
import { type DescriptionBatch, DescriptionRows } from './description-rows.ts';
import { epochBatch } from './epochs.ts';
import { type MaterialOptions, type Materials, mixedFeatures, openMaterials } from './materials.ts';
import { memoised, type RowTokenizer } from './token-rows.ts';

/** The inputs of a task on single pictures and their names. */
export type NamedPictureInputs = {
  readonly tokens: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly positions: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly described: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly describedMask: { readonly dtype: 'float32'; readonly shape: readonly number[] };
  readonly features: { readonly dtype: 'float32'; readonly shape: readonly number[] };
  /** The names' places among all names. */
  readonly emoji: { readonly dtype: 'int32'; readonly shape: readonly number[] };
  readonly allNames: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly allNamesMask: { readonly dtype: 'float32'; readonly shape: readonly number[] };
};

export interface NamedPictureOptions extends MaterialOptions {
  /** Pictures of a batch. */
  readonly pictures: number;
  /** Most tokens of a name. */
  readonly words: number;
  readonly vocabulary: number;
  /** Places that a token may have. */
  readonly positions: number;
}

/**
 * Pictures by the training's artists as features of the frozen vision encoder, their names, and with each a token, any
 * one at any place, that is to look at it.
 */
export function namedPictures(options: NamedPictureOptions): DataSource<NamedPictureInputs> {
  const { pictures, words, vocabulary } = options;
  let opened: (Materials & { readonly encoder: RowTokenizer }) | undefined;
  let everyName: DescriptionBatch | undefined;
  return {
    async prepare(context) {
      const materials = await openMaterials(options, context);
      // Kept between batches: every name comes again and again.
      opened = { ...materials, encoder: memoised(materials.tokenizer) };
    },
    async batch(step, seed) {
      if (opened === undefined) throw new Error('batches were asked for before they were prepared');
      const { table, lexicon, encoder } = opened;
      const places = epochBatch(table.size, pictures, seed, step);
      const random = new Random(seed, step);
      const any = (count: number) => BigInt64Array.from(places, () => BigInt(random.below(count)));
      const emoji = Int32Array.from(places, (place) => table.reference(place).emoji);
      const names = (of: ArrayLike<number>) => {
        const rows = new DescriptionRows(encoder, { rows: of.length, pictures: 1, words });
        for (const [row, each] of Array.from(of).entries()) {
          rows.write(row, [each], (place) => lexicon.answer(place, 'name'));
        }
        return rows.batch;
      };
      everyName ??= names(lexicon.places);
      return {
        ...names(emoji),
        emoji,
        allNames: everyName.described,
        allNamesMask: everyName.describedMask,
        tokens: any(vocabulary),
        positions: any(options.positions),
        features: await mixedFeatures(places, opened, random),
      };
    },
  };
}
