import type { DataSource } from '../../../dsl/index.ts';
import type { VisionEncoder } from '../../vision-encoder.ts';
import { loadGallery } from '../data/gallery.ts';
import { createLexicon } from '../episodes/lexicon.ts';
import { type FeatureTable, openFeatureTable } from '../features/feature-table.ts';
import { ANSWER_LANGUAGES } from '../tokenizer/corpus.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import {
  type InterleavedBatch,
  type InterleavedBatchOptions,
  interleavedBatches,
} from './interleaved-batches.ts';
import { pictureTable } from './picture-table.ts';
import type { TokenInputs } from './text-data.ts';

/** The inputs of a next-token task over text with pictures, as features of a frozen vision encoder. */
export type InterleavedInputs = TokenInputs & {
  readonly features: { readonly dtype: 'float32'; readonly shape: readonly number[] };
};

export interface InterleavedDataOptions extends Omit<InterleavedBatchOptions, 'tokenizer'> {
  readonly vision: VisionEncoder;
  /** The trained vision encoder: a safetensors file with `vision.*`. */
  readonly weights: string;
  /** Augmented copies of every drawing. */
  readonly variants: number;
}

/** Episodes of pictures and text: a Flamingo's data. All pictures are encoded once, before the first step. */
export function interleavedData({
  vision,
  weights,
  variants,
  ...options
}: InterleavedDataOptions): DataSource<InterleavedInputs> {
  let ready: { make: (step: number, seed: number) => InterleavedBatch; features: FeatureTable } | undefined;
  return {
    async prepare(context) {
      const gallery = await loadGallery({
        size: vision.image,
        languages: ANSWER_LANGUAGES,
        onProgress: context.progress,
      });
      const table = pictureTable(gallery, variants);
      const features = await openFeatureTable({ gallery, table, vision, weights }, context);
      const lexicon = createLexicon(gallery.emoji);
      const tokenizer = await loadEmojiTokenizer();
      ready = { make: interleavedBatches(lexicon, gallery, table, { tokenizer, ...options }), features };
    },
    async batch(step, seed) {
      if (ready === undefined) throw new Error('batches were asked for before they were prepared');
      const { tokens, counted, pictures } = ready.make(step, seed);
      return { tokens, counted, features: await ready.features.read(pictures) };
    },
  };
}
