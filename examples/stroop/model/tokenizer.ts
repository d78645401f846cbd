import { writeFile } from 'node:fs/promises';
import { byteLevelTokenizer } from '../../../models/tokenizers/byte-level-tokenizer.ts';
import { COLOUR_NAMES, ORDINARY_WORDS } from '../words.ts';

/*
 * Writes tokenizer.json: bytes, and each word of the test as one token. Run: npx tsx examples/stroop/model/tokenizer.ts
 */

const SPACE = '\u0120';

/** Each word is grown from its beginning, so that none of its pairs stands anywhere else than at the beginning of a word. */
const merges = new Map<string, readonly [string, string]>();
for (const word of [...COLOUR_NAMES, ...ORDINARY_WORDS, 'output', 'colour', 'word']) {
  for (let length = 0; length < word.length; length += 1) {
    const pair = [`${SPACE}${word.slice(0, length)}`, word.charAt(length)] as const;
    merges.set(pair.join(' '), pair);
  }
}
await writeFile(
  new URL('tokenizer.json', import.meta.url),
  `${JSON.stringify(byteLevelTokenizer({ merges: [...merges.values()], words: true }))}\n`,
);
