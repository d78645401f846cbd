import type { Emoji, Words } from '../data/vocabulary.ts';
import { Random } from '../random.ts';

export interface WordOptions {
  /** Token ids of a text. */
  readonly encode: (text: string) => readonly number[];
  /** Token id that fills up rows. */
  readonly padding: number;
  /** Most tokens of an emoji's words. Default 32. */
  readonly words?: number;
}

/** Words of some emoji as bags of tokens. */
export interface WordRows {
  /** [emoji, words], token ids in no order; padding where there are fewer. */
  readonly words: BigInt64Array;
  /** [emoji, words], 1 for a word and 0 for padding. */
  readonly wordMask: Float32Array;
}

/**
 * Words of emoji for a text tower that reads no order: the English name always; of keywords, group and names in other
 * languages a part that differs from step to step, so that a picture goes with each of them.
 *
 * @returns the words of the emoji at these places of the list; a function of its arguments alone
 */
export function wordRows(
  emoji: readonly Emoji[],
  { encode, padding, words: width = 32 }: WordOptions,
): (places: readonly number[], step: number, seed: number) => WordRows {
  const bags = emoji.map(({ words, group, subgroup, translations }) => ({
    name: encode(words.name),
    keywords: words.keywords.map(encode),
    kinds: [encode(group), encode(subgroup.replaceAll('-', ' '))],
    foreign: [...translations.values()].filter(isLatin).map(({ name }) => encode(name)),
  }));
  return (places, step, seed) => {
    const words = new BigInt64Array(places.length * width).fill(BigInt(padding));
    const wordMask = new Float32Array(places.length * width);
    for (const [row, place] of places.entries()) {
      const bag = bags[place];
      if (bag === undefined) throw new RangeError(`there is no emoji ${place}`);
      const random = new Random(seed, step, place, WORDS);
      const keywords = random.sample(bag.keywords, random.below(5));
      const kinds = bag.kinds.filter(() => random.chance(0.4));
      const foreign = random.sample(bag.foreign, random.below(3));
      const tokens = [bag.name, ...keywords, ...kinds, ...foreign].flat().slice(0, width);
      words.set(tokens.map(BigInt), row * width);
      wordMask.fill(1, row * width, row * width + tokens.length);
    }
    return { words, wordMask };
  };
}

/** Sets the choice of words apart from other choices of the same step. */
const WORDS = 1;

/** Other scripts are many byte tokens a word, which a bag of tokens can make little of. */
function isLatin({ name }: Words): boolean {
  return /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]+$/u.test(name);
}
