import type { Random } from '../random.ts';
import type { Lexicon } from './lexicon.ts';
import { ANSWER_KINDS, KIND_PROMPTS } from './prompts.ts';

/** A line about an emoji without any picture: its words, kinds of answers and their names, in some order. */
export function plainLine(lexicon: Lexicon, random: Random): string {
  const place = random.pick(lexicon.places);
  const name = lexicon.answer(place, 'name');
  const keywords = random.sample(lexicon.rightAnswers(place, 'keyword'), 4).join(', ');
  const say = () => {
    const kind = random.pick(ANSWER_KINDS);
    return `${KIND_PROMPTS[kind]} ${lexicon.answer(place, kind)}`;
  };
  return random.weighted<() => string>([
    [() => `${name}: ${keywords}`, 1],
    [() => `${keywords}: ${name}`, 1],
    [
      () =>
        random
          .sample(ANSWER_KINDS, 3)
          .map((kind) => `${KIND_PROMPTS[kind]} ${lexicon.answer(place, kind)}`)
          .join(', '),
      2,
    ],
    [() => `${name}, ${say()}`, 2],
    [() => `${say()}, ${say()}`, 1],
  ])();
}
