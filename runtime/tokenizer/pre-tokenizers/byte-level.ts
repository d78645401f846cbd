import { z } from 'zod';
import { byteCharacters } from '../byte-alphabet.ts';
import { rangesOf } from '../characters.ts';
import { parseSection } from '../component.ts';
import { type Pattern, type Piece, splitPiece } from '../piece.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

const schema = z.strictObject({
  type: z.string(),
  add_prefix_space: z.boolean(),
  /** Of where tokens stand in the text, which nobody asks for here. */
  trim_offsets: z.boolean(),
  use_regex: z.boolean().default(true),
});

/** GPT-2's words: contractions, letters, digits and signs with the space before them, and other white space. */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const words: Pattern = (text) =>
  rangesOf(
    text,
    [...text.matchAll(WORDS)].map(({ index, 0: { length } }) => [index, index + length]),
  );

/** Parts a text into words, and writes each of their bytes as the character that stands for it. */
export function readByteLevel(section: unknown): PreTokenizer {
  const { add_prefix_space: prefix, use_regex: parted } = parseSection(schema, section, 'pre_tokenizer');
  return (piece) => {
    const { text, origin } = piece;
    const begun: Piece = prefix && !text.startsWith(' ') ? { text: ` ${text}`, origin: origin + 1 } : piece;
    const pieces = parted ? splitPiece(begun, words, 'Isolated') : [begun];
    return pieces.map((each) => ({
      text: byteCharacters(each.text),
      origin: byteCharacters(each.text.slice(0, each.origin)).length,
    }));
  };
}
