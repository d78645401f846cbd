import { fileURLToPath } from 'node:url';
import { loadTokenizer } from '../../../runtime/tokenizer.ts';
import type { RowTokenizer } from '../../emoji/batches/token-rows.ts';

const TOKENIZER = fileURLToPath(new URL('tokenizer.json', import.meta.url));

/** Reads `tokenizer.json` as a compiled model does. */
export async function loadStroopTokenizer(): Promise<RowTokenizer> {
  const { special, ...tokenizer } = await loadTokenizer(TOKENIZER, {
    image: '<image>',
    endOfChunk: '<|endofchunk|>',
    padding: '<PAD>',
    beginning: '<s>',
    end: '</s>',
  });
  const { image, endOfChunk } = special;
  if (image === null || endOfChunk === null)
    throw new Error(`${TOKENIZER} has no mark of an image or of the end of a chunk`);
  return { ...tokenizer, special: { ...special, image, endOfChunk } };
}
