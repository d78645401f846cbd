import type { Random } from '../emoji/random.ts';
import { drawStimulus, PICTURE_SIZE, type Stimulus } from './stimulus.ts';
import { COLOUR_NAMES, INK_NAMES, LETTERS_OF_A_TEXT, NON_WORDS, ORDINARY_WORDS } from './words.ts';

/*
 * What the model sees while it learns. Words for colours are black there, always: that a word for a colour can have a colour of
 * its own, the same or another, is new to it in the test.
 */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/** Letters at random, no word for a colour, in any ink. */
export function letters(random: Random): Stimulus {
  const length = LETTERS_OF_A_TEXT[0] + random.below(LETTERS_OF_A_TEXT[1] - LETTERS_OF_A_TEXT[0] + 1);
  const word = Array.from({ length }, () => random.pick([...ALPHABET])).join('');
  return COLOUR_NAMES.some((name) => name === word) ? letters(random) : { word, ink: random.pick(INK_NAMES) };
}

/** A word for a colour in black, or another word in any ink. */
export function readable(random: Random): Stimulus {
  return random.chance(0.4)
    ? { word: random.pick(COLOUR_NAMES), ink: 'black' }
    : { word: random.pick(ORDINARY_WORDS), ink: random.pick(INK_NAMES) };
}

/** What is no word for a colour, in a colour. */
export function coloured(random: Random): Stimulus {
  const ink = random.pick(COLOUR_NAMES);
  const kind = random.unit();
  if (kind < 0.4) return { word: random.pick(NON_WORDS), ink };
  return { word: kind < 0.7 ? random.pick(ORDINARY_WORDS) : letters(random).word, ink };
}

/** Pictures `[pictures, 3, 48, 48]` as a vision encoder takes them, from -1 to 1. */
export function pixelsOf(stimuli: readonly Stimulus[], random: Random): Float32Array {
  const area = PICTURE_SIZE ** 2;
  const pixels = new Float32Array(stimuli.length * 3 * area);
  for (const [index, stimulus] of stimuli.entries()) {
    const drawn = drawStimulus(stimulus, random);
    for (const [place, value] of drawn.entries()) {
      pixels[(3 * index + (place % 3)) * area + Math.floor(place / 3)] = value / 127.5 - 1;
    }
  }
  return pixels;
}
