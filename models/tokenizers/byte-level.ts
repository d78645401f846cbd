import { writeFile } from 'node:fs/promises';

/*
 * Writes byte-level.json: a tokenizer without training for tiny and seeded models. Every byte of UTF-8 is a token
 * whose id is the byte, so any text can be encoded and nothing is unknown. Run: npx tsx models/tokenizers/byte-level.ts
 */

const SPECIAL_TOKENS = ['<image>', '<|endofchunk|>', '<PAD>', '<s>', '</s>'];

/** The printable stand-in for each byte that the byte-level pre-tokenizer uses: printable Latin-1 is itself, the rest moves up from U+0100. */
function standIns(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let moved = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    if (printable(byte)) return String.fromCodePoint(byte);
    moved += 1;
    return String.fromCodePoint(moved - 1);
  });
}

const bytes = standIns();
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL_TOKENS.map((content, index) => ({
    id: bytes.length + index,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
  post_processor: null,
  decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(bytes.map((character, byte) => [character, byte])),
    merges: [],
  },
};

await writeFile(new URL('byte-level.json', import.meta.url), `${JSON.stringify(tokenizer, null, 1)}\n`);
