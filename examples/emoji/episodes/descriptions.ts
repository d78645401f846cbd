import type { Random } from '../random.ts';
import type { Lexicon } from './lexicon.ts';

/** Says in words what a picture would show; differently each time, as artists draw differently. */
export type Describe = (place: number) => string;

const MOST_KEYWORDS = 2;

/** Words of the name in any order, most of them, and some keywords. */
export function trueDescriptions(lexicon: Lexicon, random: Random): Describe {
  return (place) => {
    const { name = '', keywords = [] } = lexicon.emoji[place]?.words ?? {};
    const words = name.split(' ');
    const kept = words.filter(() => random.chance(0.9));
    const shown = [
      ...(kept.length > 0 ? kept : words),
      ...random.sample(keywords, random.below(MOST_KEYWORDS + 1)),
    ];
    return (random.chance(0.5) ? shown : random.shuffle(shown)).join(' ');
  };
}

/**
 * Words that have nothing to do with the emoji, two of the same three each time: what is bound to them can only be
 * learnt from the examples, so that binding does not lean on knowing the thing.
 */
export function inventedDescriptions(lexicon: Lexicon, random: Random): Describe {
  const given = new Map<number, string[]>();
  const word = () => {
    const { name = '', keywords = [] } = lexicon.emoji[random.pick(lexicon.places)]?.words ?? {};
    return random.pick([...keywords, name].flatMap((text) => text.split(' ')));
  };
  return (place) => {
    const own = given.get(place) ?? [word(), word(), word()];
    given.set(place, own);
    return random.sample(own, 2).join(' ');
  };
}
