import { fileURLToPath } from 'node:url';
import { loadTokenizer, type Tokenizer } from '../../../runtime/tokenizer.ts';

export const TOKENIZER_FILE = fileURLToPath(new URL('../../../models/emoji/tokenizer.json', import.meta.url));

/** A tokenizer with tokens for a picture and for the end of an example. */
export type EmojiTokenizer = Tokenizer & {
  readonly special: { readonly image: number; readonly endOfChunk: number };
};

/** Reads `models/emoji/tokenizer.json` as a compiled model would. */
export async function loadEmojiTokenizer(): Promise<EmojiTokenizer> {
  const tokenizer = await loadTokenizer(TOKENIZER_FILE, {
    image: '<image>',
    endOfChunk: '<|endofchunk|>',
    padding: '<PAD>',
    beginning: '<s>',
    end: '</s>',
  });
  const { image, endOfChunk } = tokenizer.special;
  if (image === null || endOfChunk === null)
    throw new Error(`${TOKENIZER_FILE} has no mark of an image or of the end of a chunk`);
  return { ...tokenizer, special: { ...tokenizer.special, image, endOfChunk } };
}
