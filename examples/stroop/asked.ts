import type { Random } from '../emoji/random.ts';
import type { Stimulus } from './stimulus.ts';
import { NON_WORDS, ORDINARY_WORDS } from './words.ts';

/** What is asked about a picture. */
export type Asked = 'colour' | 'word';

/** What asks nothing: only the examples say what is meant. */
export const SILENT = 'Output:';

/** The right answer. */
export function answerTo(asked: Asked, { word, colour }: Stimulus): string {
  return asked === 'word' ? word : colour;
}

/** What examples name a colour of: no word for one. */
export function colouredText(random: Random): string {
  return random.chance(0.5) ? random.pick(NON_WORDS) : random.pick(ORDINARY_WORDS);
}
