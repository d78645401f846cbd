import type { DataSource } from '../../../dsl/index.ts';
import { emojiVision } from '../../../models/emoji/vision.ts';
import { loadGallery } from '../data/gallery.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import { type VisionBatch, visionBatches } from './vision-batches.ts';
import { wordRows } from './word-bags.ts';

/** The inputs of the first stage's task. */
export type PictureAndWordInputs = {
  readonly first: { readonly dtype: 'float32'; readonly shape: readonly number[] };
  readonly second: { readonly dtype: 'float32'; readonly shape: readonly number[] };
  readonly emoji: { readonly dtype: 'int32'; readonly shape: readonly number[] };
  readonly words: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly wordMask: { readonly dtype: 'float32'; readonly shape: readonly number[] };
};

/**
 * Two artists' drawings of some emoji, and the words of every emoji that training knows: the first stage's data.
 *
 * @param options.emoji how many emoji are drawn in a batch
 * @param options.width most tokens of an emoji's words
 * @param options.size height and width of the pictures in pixels
 */
export function pictureAndWordBatches(options: {
  readonly emoji: number;
  readonly width: number;
  readonly size: number;
}): DataSource<PictureAndWordInputs> {
  let make: ((step: number, seed: number) => VisionBatch) | undefined;
  return {
    async prepare({ progress }) {
      const gallery = await loadGallery({ size: options.size, onProgress: progress });
      const tokenizer = await loadEmojiTokenizer();
      const words = {
        encode: (text: string) => tokenizer.encode(text),
        padding: tokenizer.special.padding,
        words: options.width,
      };
      const drawings = visionBatches(gallery, {
        batch: options.emoji,
        normalisation: emojiVision().preprocessing,
        ...words,
      });
      const rows = wordRows(gallery.emoji, words);
      const all = [...gallery.emoji.keys()];
      make = (step, seed) => ({ ...drawings(step, seed), ...rows(all, step, seed) });
    },
    batch(step, seed) {
      if (make === undefined) throw new Error('batches were asked for before they were prepared');
      return make(step, seed);
    },
  };
}
