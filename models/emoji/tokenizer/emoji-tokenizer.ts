import { fileURLToPath } from 'node:url';
import { loadTokenizer, type Tokenizer } from '../../../runtime/tokenizer.ts';

export const TOKENIZER_FILE = fileURLToPath(new URL('../tokenizer.json', import.meta.url));

/** Reads `models/emoji/tokenizer.json` as a compiled model would. */
export function loadEmojiTokenizer(): Promise<Tokenizer> {
  return loadTokenizer(TOKENIZER_FILE, {
    image: '<image>',
    endOfChunk: '<|endofchunk|>',
    padding: '<PAD>',
    beginning: '<s>',
    end: '</s>',
  });
}
