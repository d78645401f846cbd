import { writeFile } from 'node:fs/promises';
import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { learnMerges } from './byte-pairs.ts';
import { tokenizerCorpus } from './corpus.ts';

/*
 * Writes ../tokenizer.json: byte-level byte-pair encoding of lower-cased text, learnt from the project's own words.
 * Any text can be encoded and nothing is unknown. Every text has a space before it, so that a word is the same tokens
 * after a picture and within a sentence. Run: npx tsx models/emoji/tokenizer/train.ts
 */

const SPECIAL_TOKENS = ['<image>', '<|endofchunk|>', '<PAD>', '<s>', '</s>'];

/** All tokens, special ones among them. A multiple of 64 suits matrix products. */
const SIZE = 3072;

const merges = learnMerges(await tokenizerCorpus(), SIZE - SPECIAL_TOKENS.length);
const tokens = [...BYTE_CHARACTERS, ...merges.map(([left, right]) => left + right)];
const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true };
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL_TOKENS.map((content, index) => ({
    id: tokens.length + index,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
  pre_tokenizer: byteLevel,
  post_processor: null,
  decoder: byteLevel,
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
  },
};
await writeFile(new URL('../tokenizer.json', import.meta.url), `${JSON.stringify(tokenizer)}\n`);
