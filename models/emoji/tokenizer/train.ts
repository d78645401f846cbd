import { writeFile } from 'node:fs/promises';
import { byteLevelTokenizer, SPECIAL_COUNT } from '../../tokenizers/byte-level-tokenizer.ts';
import { VOCABULARY } from '../language.ts';
import { learnMerges } from './byte-pairs.ts';
import { tokenizerCorpus } from './corpus.ts';

/*
 * Writes ../tokenizer.json: byte-level byte-pair encoding of lower-cased text, learnt from the project's own words.
 * Every text has a space before it, so that a word is the same tokens after a picture and within a sentence.
 * Run: npx tsx models/emoji/tokenizer/train.ts
 */
const merges = learnMerges(await tokenizerCorpus(), VOCABULARY - SPECIAL_COUNT);
const tokenizer = byteLevelTokenizer({ merges, words: true });
await writeFile(new URL('../tokenizer.json', import.meta.url), `${JSON.stringify(tokenizer)}\n`);
