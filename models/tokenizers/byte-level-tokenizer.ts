import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { specialToken } from './special-token.ts';

/** What the tokens that are no text are called, in the order of their ids, which follow those of the text. */
const SPECIAL_TOKENS = ['<image>', '<|endofchunk|>', '<PAD>', '<s>', '</s>'];

/** How many ids the special tokens take. */
export const SPECIAL_COUNT = SPECIAL_TOKENS.length;

export interface ByteLevelOptions {
  /** Pairs of tokens that become one, in order. Default none: every byte is a token. */
  readonly merges?: readonly (readonly [left: string, right: string])[];
  /**
   * For words: text is parted into words, none of which a token reaches beyond, a space is put before the first, and
   * letters become small. Default: text is taken as it is.
   */
  readonly words?: boolean;
}

/**
 * The content of a `tokenizer.json` (Hugging Face tokenizers 1.0) of byte-level byte-pair encoding: any text can be
 * encoded and nothing is unknown. The ids are those of the bytes, of the merges, of the special tokens.
 */
export function byteLevelTokenizer({ merges = [], words = false }: ByteLevelOptions = {}): object {
  const tokens = [...BYTE_CHARACTERS, ...merges.map(([left, right]) => left + right)];
  const byteLevel = { type: 'ByteLevel', add_prefix_space: words, trim_offsets: false, use_regex: words };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, index) => specialToken(tokens.length + index, content)),
    normalizer: words ? { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] } : null,
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
}
