import type { SpecialTokens } from '../../../runtime/tokenizer.ts';

/** Of `wordTokenizer`, with an image and padding alone. */
export const PLAIN_TOKENS: SpecialTokens = {
  image: '<image>',
  endOfChunk: null,
  padding: '<pad>',
  beginning: null,
  end: null,
};

/** A tokenizer of whole words, the first of which are special; what is no word is `<pad>`. */
export function wordTokenizer(words: readonly string[], special: readonly string[] = ['<image>', '<pad>']) {
  const tokens = [...special, ...words];
  return {
    added_tokens: special.map((content, id) => ({
      id,
      content,
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    pre_tokenizer: { type: 'WhitespaceSplit' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      unk_token: '<pad>',
    },
  };
}
