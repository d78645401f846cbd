import type { Random } from '../random.ts';
import type { EpisodeKind } from './episode.ts';
import { ANSWER_KINDS, type AnswerKind, FRAMES, KIND_PROMPTS } from './prompts.ts';

/**
 * Names are what the pictures teach most; the other kinds show that the examples choose. Groups and keywords are few;
 * names in other languages are as many as names, and harder to spell.
 */
const KIND_WEIGHTS: readonly (readonly [AnswerKind, number])[] = [
  ['name', 5],
  ['group', 2],
  ['keyword', 2],
  ['es', 3],
  ['fr', 3],
  ['de', 3],
];

/** Which question: the examples alone show whether to answer with the name, the group, a keyword or a foreign name. */
export const shownQuestion: EpisodeKind = {
  kind: 'shown-question',
  weight: 5,
  make(lexicon, random, pictures) {
    const kind = random.weighted(KIND_WEIGHTS);
    const prefix = frame(random);
    return random.sample(lexicon.places, pictures).map((place) => ({
      pictures: [place],
      prefix,
      answer: lexicon.answer(place, kind),
      learnt: true,
    }));
  },
};

/** The question is asked in words, and another one of each picture: answered without examples. */
export const askedQuestion: EpisodeKind = {
  kind: 'asked-question',
  weight: 1,
  make(lexicon, random, pictures) {
    return random.sample(lexicon.places, pictures).map((place) => {
      const kind = random.pick(ANSWER_KINDS);
      return {
        pictures: [place],
        prefix: KIND_PROMPTS[kind],
        answer: lexicon.answer(place, kind),
        learnt: true,
      };
    });
  },
};

/** Words before the answers of an episode. */
export function frame(random: Random): string {
  return random.weighted<string>(FRAMES);
}
