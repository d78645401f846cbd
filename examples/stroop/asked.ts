import type { Random } from '../emoji/random.ts';
import { coloured } from './practice.ts';
import type { Stimulus } from './stimulus.ts';
import { INK_NAMES, ORDINARY_WORDS } from './words.ts';

/** What is asked about a picture. */
export const ASKED = ['colour', 'word'] as const;
export type Asked = (typeof ASKED)[number];

/** What asks nothing: only the examples say what is meant. */
export const SILENT = 'Output:';

/** What asks in words. */
export const IN_WORDS = { colour: 'Colour:', word: 'Word:' } as const satisfies Readonly<
  Record<Asked, string>
>;

/** The right answer. */
export function answerTo(asked: Asked, { word, ink }: Stimulus): string {
  return asked === 'word' ? word : ink;
}

/**
 * What examples are of: never of a word for a colour, so that a colour is what they name, or a word that is no colour; that they
 * ask for the one or the other is all they say.
 */
export function exampleOf(asked: Asked, random: Random): Stimulus {
  return asked === 'colour'
    ? coloured(random)
    : { word: random.pick(ORDINARY_WORDS), ink: random.pick(INK_NAMES) };
}
