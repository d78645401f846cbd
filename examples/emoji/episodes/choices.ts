import { GROUPS } from '../data/vocabulary.ts';
import type { Chunk, EpisodeKind } from './episode.ts';

/** Close-ended choice: two or three names or groups are offered, and one of them is right. */
export const offeredChoice: EpisodeKind = {
  kind: 'offered-choice',
  weight: 1,
  make(lexicon, random, pictures) {
    const kind = random.chance(0.5) ? 'name' : 'group';
    const offered = random.chance(0.6) ? 2 : 3;
    return random.sample(lexicon.places, pictures).map((place): Chunk => {
      const answer = lexicon.answer(place, kind);
      const others =
        kind === 'group'
          ? GROUPS
          : random.sample(lexicon.places, 8).map((other) => lexicon.answer(other, kind));
      const wrong = random.sample(
        [...new Set(others)].filter((other) => other !== answer),
        offered - 1,
      );
      return {
        pictures: [place],
        prefix: `${random.shuffle([answer, ...wrong]).join(' or ')}?`,
        answer,
        learnt: true,
      };
    });
  },
};

/** Yes or no: whether the picture is what the question says. */
export const yesOrNo: EpisodeKind = {
  kind: 'yes-or-no',
  weight: 1,
  make(lexicon, random, pictures) {
    const kind = random.chance(0.7) ? 'name' : 'group';
    return random.sample(lexicon.places, pictures).map((place): Chunk => {
      const right = lexicon.answer(place, kind);
      const asked = random.chance(0.5) ? right : lexicon.answer(random.pick(lexicon.places), kind);
      return {
        pictures: [place],
        prefix: `${asked}?`,
        answer: asked === right ? 'yes' : 'no',
        learnt: true,
      };
    });
  },
};
