import { writeFile } from 'node:fs/promises';
import { byteLevelTokenizer } from './byte-level-tokenizer.ts';

/*
 * Writes byte-level.json: a tokenizer without training for tiny and seeded models. Every byte of UTF-8 is a token
 * whose id is the byte. Run: npx tsx models/tokenizers/byte-level.ts
 */
await writeFile(
  new URL('byte-level.json', import.meta.url),
  `${JSON.stringify(byteLevelTokenizer(), null, 1)}\n`,
);
