import type { Emoji, Group } from '../data/vocabulary.ts';
import type { AnswerKind } from './prompts.ts';

/** What may be said about each emoji of a list. */
export interface Lexicon {
  readonly emoji: readonly Emoji[];
  /** Places of all emoji. */
  readonly places: readonly number[];
  /** Places of the emoji of the same group as this one, itself among them. */
  neighbours(place: number): readonly number[];
  /** The answer that training teaches. Keywords: the one that most other emoji share and the name does not say. */
  answer(place: number, kind: AnswerKind): string;
  /** Every answer that is right: of keywords there are several. */
  rightAnswers(place: number, kind: AnswerKind): readonly string[];
}

export function createLexicon(emoji: readonly Emoji[]): Lexicon {
  const groups = new Map<Group, number[]>();
  for (const [place, { group }] of emoji.entries()) groups.set(group, [...(groups.get(group) ?? []), place]);
  const uses = new Map<string, number>();
  for (const { words } of emoji) {
    for (const keyword of words.keywords) uses.set(keyword, (uses.get(keyword) ?? 0) + 1);
  }
  const at = (place: number): Emoji => {
    const found = emoji[place];
    if (found === undefined) throw new RangeError(`there is no emoji ${place}`);
    return found;
  };
  const keywords = emoji.map(({ words }) => sharedKeyword(words.name, words.keywords, uses));
  const rightAnswers = (place: number, kind: AnswerKind): readonly string[] => {
    const { words, group, translations } = at(place);
    if (kind === 'name') return [words.name];
    if (kind === 'group') return [group];
    if (kind === 'keyword') return words.keywords.length > 0 ? words.keywords : [words.name];
    return [translations.get(kind)?.name ?? words.name];
  };
  return {
    emoji,
    places: [...emoji.keys()],
    neighbours: (place) => groups.get(at(place).group) ?? [place],
    answer: (place, kind) =>
      (kind === 'keyword' ? keywords[place] : rightAnswers(place, kind)[0]) ?? at(place).words.name,
    rightAnswers,
  };
}

function sharedKeyword(
  name: string,
  keywords: readonly string[],
  uses: ReadonlyMap<string, number>,
): string | undefined {
  const said = new Set(name.split(/\W+/));
  const rank = (keyword: string) => (said.has(keyword) ? 0 : 1e6) + (uses.get(keyword) ?? 0);
  return keywords.toSorted((a, b) => rank(b) - rank(a) || (a < b ? -1 : 1))[0];
}
