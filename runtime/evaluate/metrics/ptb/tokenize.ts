import { UNKNOWN } from './characters.ts';
import { RULES } from './rules.ts';

/** Stands for what no rule knows: it is no character, and ends a token as that would. */
const NOTHING = '\u{FFFF}';

/** What is no more than itself, and is followed by nothing that could belong to it: most words of captions. */
const PLAIN_WORD = /[A-Za-z]+(?= |\n)/y;
const SPLIT_WORD = /^(?:cannot|gimme|gonna|gotta|lemme|wanna)$/i;

/**
 * The tokens of a text as the Penn Treebank has them, in lower case: the longest match of any rule at each place, and of
 * the first rule among equals. Characters that no rule knows are left out.
 */
export function treebankTokens(text: string): readonly string[] {
  const source = `${text.replaceAll(UNKNOWN, (character) => NOTHING.repeat(character.length))}\n`;
  const tokens: string[] = [];
  let place = 0;
  while (place < source.length) {
    const word = plainWordAt(source, place);
    if (word !== undefined) {
      tokens.push(word);
      place += word.length + 1;
      continue;
    }
    const [length, found] = longestAt(source, place, text);
    tokens.push(...found);
    place += length;
  }
  return tokens.map((token) => token.toLowerCase());
}

function plainWordAt(source: string, place: number): string | undefined {
  PLAIN_WORD.lastIndex = place;
  const word = PLAIN_WORD.exec(source)?.[0];
  return word === undefined || SPLIT_WORD.test(word) ? undefined : word;
}

/** How far the tokens here reach, and which they are. */
function longestAt(
  source: string,
  place: number,
  original: string,
): readonly [length: number, tokens: readonly string[]] {
  let longest = 0;
  let best: readonly [number, readonly string[]] = [1, []];
  for (const { pattern, tokens } of RULES) {
    pattern.lastIndex = place;
    const match = pattern.exec(source);
    if (match === null || match[0].length <= longest) continue;
    longest = match[0].length;
    const end = place + (match[1] ?? match[0]).length;
    const text = original.slice(place, end);
    best = [end - place, tokens?.(text) ?? [text]];
  }
  return best;
}
