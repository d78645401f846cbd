import type { Chunk, EpisodeKind } from './episode.ts';

/** Captions of two or three pictures that stand in a row: all are named, in their order. */
export const picturesInARow: EpisodeKind = {
  kind: 'pictures-in-a-row',
  weight: 0.7,
  make(lexicon, random, pictures) {
    const each = Math.min(pictures, random.chance(0.7) ? 2 : 3);
    const places = random.sample(lexicon.places, Math.floor(pictures / each) * each);
    return Array.from({ length: Math.floor(places.length / each) }, (_, index): Chunk => {
      const own = places.slice(index * each, (index + 1) * each);
      return {
        pictures: own,
        prefix: '',
        answer: own.map((place) => lexicon.answer(place, 'name')).join(' and '),
        learnt: true,
      };
    });
  },
};
