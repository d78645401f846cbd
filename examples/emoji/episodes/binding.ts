import type { Random } from '../random.ts';
import type { Chunk, EpisodeKind } from './episode.ts';
import type { Lexicon } from './lexicon.ts';
import { madeUpWords } from './made-up-words.ts';
import { frame } from './questions.ts';

const WAYS: readonly (readonly [ways: number, weight: number])[] = [
  [2, 4],
  [3, 2],
  [4, 1],
  [5, 4],
];

/**
 * Fast binding: examples bind made-up words to things, and later pictures, other artists' drawings of the same things,
 * must be called by those words. A word's first use cannot be known; every later one can.
 */
export const fastBinding: EpisodeKind = {
  kind: 'fast-binding',
  weight: 5,
  make(lexicon, random, pictures) {
    const ways = Math.min(random.weighted(WAYS), pictures - 1);
    const things = choose(lexicon, random, ways);
    const shots = Math.max(
      1,
      Math.min(
        random.weighted([
          [1, 5],
          [2, 1],
          [3, 2],
        ]),
        Math.floor((pictures - 1) / ways),
      ),
    );
    const names = madeUpWords(random, ways);
    const prefix = frame(random);
    const chunk = (thing: number, learnt: boolean): Chunk => ({
      pictures: [things[thing] ?? 0],
      prefix,
      answer: names[thing] ?? '',
      learnt,
    });
    const known = new Set<number>();
    const examples = random.shuffle(Array.from({ length: ways * shots }, (_, place) => place % ways));
    const queries = Array.from({ length: pictures - ways * shots }, () => random.below(ways));
    return [...examples, ...queries].map((thing) => {
      const learnt = known.has(thing);
      known.add(thing);
      return chunk(thing, learnt);
    });
  },
};

/** Different things, of one group in one episode of three: telling a cat from a dog asks more than from a car. */
function choose(lexicon: Lexicon, random: Random, count: number): number[] {
  const places = random.chance(0.3) ? lexicon.neighbours(random.pick(lexicon.places)) : lexicon.places;
  return random.sample(places.length >= count ? places : lexicon.places, count);
}
