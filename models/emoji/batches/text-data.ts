import type { DataSource } from '../../../dsl/index.ts';
import { loadTrainingVocabulary } from '../data/gallery.ts';
import { createLexicon } from '../episodes/lexicon.ts';
import { ANSWER_LANGUAGES } from '../tokenizer/corpus.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import { type TextBatchOptions, textBatches } from './text-batches.ts';
import type { TokenBatch } from './token-rows.ts';

/** The inputs of a next-token task. */
export type TextInputs = {
  readonly tokens: { readonly dtype: 'int64'; readonly shape: readonly number[] };
  readonly counted: { readonly dtype: 'bool'; readonly shape: readonly number[] };
};

/** Episodes in words alone, and lines about emoji: the language model's data. See `textBatches`. */
export function textData(options: Omit<TextBatchOptions, 'tokenizer'>): DataSource<TextInputs> {
  let make: ((step: number, seed: number) => TokenBatch) | undefined;
  return {
    async prepare() {
      const lexicon = createLexicon(await loadTrainingVocabulary(ANSWER_LANGUAGES));
      make = textBatches(lexicon, { tokenizer: await loadEmojiTokenizer(), ...options });
    },
    batch(step, seed) {
      if (make === undefined) throw new Error('batches were asked for before they were prepared');
      const { tokens, counted } = make(step, seed);
      return { tokens, counted };
    },
  };
}
