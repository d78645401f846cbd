import type { Random } from '../emoji/random.ts';
import { GLYPH, wordPoints, wordWidth } from './glyphs.ts';
import { INKS, type Ink, type Rgb } from './words.ts';

/** Height and width of a picture, in pixels: what the emoji model takes. */
export const PICTURE_SIZE = 48;

/** What is written in an ink. */
export interface Stimulus {
  readonly word: string;
  readonly ink: Ink;
}

/** Pixels from a point to the next, from and to. */
const POINT = [0.95, 1.25] as const;
/** How much of its place a point covers, as a share of its side: thin to bold. */
const WEIGHT = [0.85, 1.3] as const;
/** Pixels that a row leans to the right of the row under it: upright to italic, and a little to the left. */
const SLANT = [-0.08, 0.22] as const;
/** By how many pixels a word strays from the middle; how far a colour's values stray. */
const SHIFT = 3;
const STRAY = 14;

/**
 * Draws a word in its ink on a light ground, near the middle of the picture; place, size, weight, slant and colour stray by
 * chance.
 *
 * @returns `[48, 48, 3]`, red, green, blue from 0 to 255
 */
export function drawStimulus({ word, ink }: Stimulus, random: Random): Uint8Array {
  const size = PICTURE_SIZE;
  const [point, weight, slant] = [
    random.between(...POINT),
    random.between(...WEIGHT),
    random.between(...SLANT),
  ];
  // The middle may stray by so much as leaves the word in the picture.
  const start = (length: number) => {
    const room = Math.max(0, Math.min(SHIFT, (size - length) / 2 - 1));
    return (size - length) / 2 + random.between(-room, room);
  };
  const lean = slant * (GLYPH.height - 1);
  const left = start(wordWidth(word) * point + Math.abs(lean)) + Math.max(0, -lean);
  const top = start(GLYPH.height * point);
  const stray = ([red, green, blue]: Rgb): Rgb => [
    near(red, random),
    near(green, random),
    near(blue, random),
  ];
  const values = stray(INKS[ink]);
  const ground = random.between(225, 255);
  const covered = new Float32Array(size * size);
  const margin = (point * (1 - weight)) / 2;
  for (const [column, row] of wordPoints(word)) {
    const x = left + column * point + slant * (GLYPH.height - 1 - row);
    cover(covered, x + margin, top + row * point + margin, point * weight);
  }
  const pixels = new Uint8Array(size * size * 3);
  for (const [place, share] of covered.entries()) {
    for (const [channel, value] of values.entries()) {
      pixels[3 * place + channel] = Math.round(ground + Math.min(1, share) * (value - ground));
    }
  }
  return pixels;
}

function near(value: number, random: Random): number {
  return Math.max(0, Math.min(255, value + random.between(-STRAY, STRAY)));
}

/** Adds to every pixel the share of it that a square covers. */
function cover(covered: Float32Array, left: number, top: number, side: number): void {
  const overlap = (pixel: number, start: number) =>
    Math.min(pixel + 1, start + side) - Math.max(pixel, start);
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(PICTURE_SIZE, top + side); y += 1) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(PICTURE_SIZE, left + side); x += 1) {
      const place = y * PICTURE_SIZE + x;
      covered[place] = (covered[place] ?? 0) + overlap(x, left) * overlap(y, top);
    }
  }
}
