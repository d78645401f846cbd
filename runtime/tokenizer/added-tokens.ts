import { WHITE_SPACE, WORD } from './characters.ts';
import { type Piece, slicePiece } from './piece.ts';

/** An entry of `added_tokens`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Only where no letter or digit is beside it. */
  readonly single_word: boolean;
  /** Takes the white space before it with it. */
  readonly lstrip: boolean;
  /** Takes the white space after it with it. */
  readonly rstrip: boolean;
  /** Is looked for in the normalised text, in its normalised form. */
  readonly normalized: boolean;
  readonly special: boolean;
}

/** A piece of text, or the id of a token that was found as a whole. */
export type Section = Piece | number;

/**
 * Finds added tokens: of those that begin first the longest, from left to right.
 *
 * @param tokens By the text to look for.
 */
export function tokenFinder(tokens: ReadonlyMap<string, AddedToken>): (piece: Piece) => Section[] {
  if (tokens.size === 0) return (piece) => [piece];
  const lengths = lengthsByFirstUnit(tokens.keys());
  return (piece) => {
    const { text } = piece;
    const sections: Section[] = [];
    let done = 0;
    let place = 0;
    while (place < text.length) {
      const length = lengths
        .get(text.charAt(place))
        ?.find((each) => tokens.has(text.slice(place, place + each)));
      const token = length === undefined ? undefined : tokens.get(text.slice(place, place + length));
      if (length === undefined || token === undefined) {
        place++;
        continue;
      }
      let start = place;
      let end = place + length;
      place = end;
      if (token.single_word && (endsWithWord(text.slice(0, start)) || beginsWithWord(text.slice(end))))
        continue;
      if (token.lstrip) while (start > done && WHITE_SPACE.test(text.charAt(start - 1))) start--;
      if (token.rstrip) while (end < text.length && WHITE_SPACE.test(text.charAt(end))) end++;
      if (start > done) sections.push(slicePiece(piece, done, start));
      sections.push(token.id);
      done = end;
    }
    if (done < text.length) sections.push(slicePiece(piece, done, text.length));
    return sections;
  };
}

/** The lengths of the texts that begin with each code unit, longest first. */
function lengthsByFirstUnit(texts: Iterable<string>): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>();
  for (const text of texts) {
    const lengths = found.get(text.charAt(0)) ?? new Set();
    found.set(text.charAt(0), lengths.add(text.length));
  }
  return new Map([...found].map(([unit, lengths]) => [unit, [...lengths].sort((a, b) => b - a)]));
}

function beginsWithWord(text: string): boolean {
  const first = text.codePointAt(0);
  return first !== undefined && WORD.test(String.fromCodePoint(first));
}

function endsWithWord(text: string): boolean {
  const last = [...text.slice(-2)].at(-1);
  return last !== undefined && WORD.test(last);
}
