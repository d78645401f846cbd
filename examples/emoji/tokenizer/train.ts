import { writeFile } from 'node:fs/promises';
import { VOCABULARY } from '../../../models/emoji/language.ts';
import { byteLevelTokenizer, SPECIAL_COUNT } from '../../../models/tokenizers/byte-level-tokenizer.ts';
import { learnMerges } from './byte-pairs.ts';
import { tokenizerCorpus } from './corpus.ts';

/*
 * Writes models/emoji/tokenizer.json: byte-level byte-pair encoding of lower-cased text, learnt from the project's own words.
 * Every text has a space before it, so that a word is the same tokens after a picture and within a sentence.
 * Run: npx tsx examples/emoji/tokenizer/train.ts
 */
const merges = learnMerges(await tokenizerCorpus(), VOCABULARY - SPECIAL_COUNT);
const tokenizer = byteLevelTokenizer({ merges, words: true });
await writeFile(
  new URL('../../../models/emoji/tokenizer.json', import.meta.url),
  `${JSON.stringify(tokenizer)}\n`,
);
