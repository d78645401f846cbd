import { fileURLToPath } from 'node:url';
import { loadTokenizer, type Tokenizer } from '../../../runtime/tokenizer.ts';

export const TOKENIZER_FILE = fileURLToPath(new URL('../../../models/emoji/tokenizer.json', import.meta.url));

/** A tokenizer whose examples end with a token. */
export type EmojiTokenizer = Tokenizer & { readonly special: { readonly endOfChunk: number } };

/** Reads `models/emoji/tokenizer.json` as a compiled model would. */
export async function loadEmojiTokenizer(): Promise<EmojiTokenizer> {
  const tokenizer = await loadTokenizer(TOKENIZER_FILE, {
    image: '<image>',
    endOfChunk: '<|endofchunk|>',
    padding: '<PAD>',
    beginning: '<s>',
    end: '</s>',
  });
  const { endOfChunk } = tokenizer.special;
  if (endOfChunk === null) throw new Error(`${TOKENIZER_FILE} has no end of chunk`);
  return { ...tokenizer, special: { ...tokenizer.special, endOfChunk } };
}
