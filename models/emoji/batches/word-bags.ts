import type { Emoji, Words } from '../data/vocabulary.ts';
import type { Random } from '../random.ts';

/**
 * Tokens of an emoji's words for a text tower that reads no order: its English name always; of its keywords, its group
 * and its names in other languages a part that differs from time to time, so that a picture goes with each of them.
 *
 * @returns the tokens of the emoji at a place; the name's come first, for those who cut the list
 */
export function wordBags(
  emoji: readonly Emoji[],
  encode: (text: string) => readonly number[],
): (place: number, random: Random) => number[] {
  const bags = emoji.map(({ words, group, subgroup, translations }) => ({
    name: encode(words.name),
    keywords: words.keywords.map(encode),
    kinds: [encode(group), encode(subgroup.replaceAll('-', ' '))],
    foreign: [...translations.values()].filter(isLatin).map(({ name }) => encode(name)),
  }));
  return (place, random) => {
    const bag = bags[place];
    if (bag === undefined) throw new RangeError(`there is no emoji ${place}`);
    const keywords = random.sample(bag.keywords, random.below(5));
    const kinds = bag.kinds.filter(() => random.chance(0.4));
    const foreign = random.sample(bag.foreign, random.below(3));
    return [bag.name, ...keywords, ...kinds, ...foreign].flat();
  };
}

/** Other scripts are many byte tokens a word, which a bag of tokens can make little of. */
function isLatin({ name }: Words): boolean {
  return /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]+$/u.test(name);
}
