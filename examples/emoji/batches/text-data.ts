import type { DataSource } from '../../../dsl/index.ts';
import { loadTrainingVocabulary } from '../data/gallery.ts';
import { createLexicon } from '../episodes/lexicon.ts';
import { ANSWER_LANGUAGES } from '../tokenizer/corpus.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import { type TextBatch, type TextBatchOptions, textBatches } from './text-batches.ts';

/** The inputs of a next-token task. */
type TokenInputs = {
  readonly tokens: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly counted: { readonly dtype: 'bool'; readonly shape: readonly number[] };
};

/** The inputs of the second stage's task. */
export type TextInputs = TokenInputs & {
  readonly described: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly describedMask: { readonly dtype: 'float32'; readonly shape: readonly number[] };
};

/** Episodes with descriptions in the place of pictures, and lines about emoji: the language model's data. See `textBatches`. */
export function textData(options: Omit<TextBatchOptions, 'tokenizer'>): DataSource<TextInputs> {
  let make: ((step: number, seed: number) => TextBatch) | undefined;
  return {
    async prepare() {
      const lexicon = createLexicon(await loadTrainingVocabulary(ANSWER_LANGUAGES));
      make = textBatches(lexicon, { tokenizer: await loadEmojiTokenizer(), ...options });
    },
    batch(step, seed) {
      if (make === undefined) throw new Error('batches were asked for before they were prepared');
      return { ...make(step, seed) };
    },
  };
}
