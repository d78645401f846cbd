import type { Lexicon } from '../episodes/lexicon.ts';
import type { Random } from '../random.ts';
import type { RowTokenizer } from './token-rows.ts';

/** Words and how much there is of each. */
type BlurredWords = readonly (readonly [token: number, amount: number])[];

/** Makes a description as unsure as a look at a picture is. */
export type Blur = (tokens: readonly number[], place: number) => BlurredWords;

/** Part of the descriptions that stay clear. */
const CLEAR = 0.15;
const LEAST_OF_ITSELF = 0.55;
const MOST_OF_ITSELF = 1.15;
const MOST_OF_ANOTHER = 0.75;
const MOST_OF_ANY_WORD = 0.5;

/**
 * Mixes into a description the names of two other emoji, one of the same group mostly, mostly in smaller amounts, and a
 * few words of no sense. What a vision encoder makes of an unknown artist's picture is such a mixture, and the language
 * model, which is frozen when it first meets one, must have learnt to say the one name that is meant.
 */
export function blurredWords(
  lexicon: Lexicon,
  tokenizer: RowTokenizer,
  { vocabulary, random }: { readonly vocabulary: number; readonly random: Random },
): Blur {
  const others = (place: number) => [
    random.pick(random.chance(0.7) ? lexicon.neighbours(place) : lexicon.places),
    random.pick(lexicon.places),
  ];
  return (tokens, place) => {
    if (random.chance(CLEAR)) return tokens.map((token) => [token, 1] as const);
    const amount = random.between(LEAST_OF_ITSELF, MOST_OF_ITSELF);
    return [
      ...tokens.map((token) => [token, amount] as const),
      ...others(place).flatMap((other) => {
        const little = random.between(0, MOST_OF_ANOTHER);
        return tokenizer.encode(lexicon.answer(other, 'name')).map((token) => [token, little] as const);
      }),
      ...Array.from(
        { length: 4 },
        () => [random.below(vocabulary), random.between(-MOST_OF_ANY_WORD, MOST_OF_ANY_WORD)] as const,
      ),
    ];
  };
}
