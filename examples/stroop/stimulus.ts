import type { Random } from '../emoji/random.ts';
import { GLYPH, wordPoints, wordWidth } from './glyphs.ts';
import { COLOURS, type Colour, type Rgb } from './words.ts';

/** Height and width of a picture, in pixels: what the emoji model takes. */
export const PICTURE_SIZE = 48;

/** A word written in a colour. */
export interface Stimulus {
  readonly word: string;
  readonly colour: Colour;
}

/** Pixels of a point, from and to; by how many a word strays from the middle; how far a colour's values stray. */
const POINT = [1.05, 1.25] as const;
const SHIFT = 2;
const STRAY = 14;

/**
 * Draws a word in its colour on a light ground, near the middle of the picture; place, size and colour stray by chance.
 *
 * @returns `[48, 48, 3]`, red, green, blue from 0 to 255
 */
export function drawStimulus({ word, colour }: Stimulus, random: Random): Uint8Array {
  const size = PICTURE_SIZE;
  const columns = wordWidth(word);
  const point = random.between(...POINT);
  const shifted = (length: number) => (size - length * point) / 2 + random.between(-SHIFT, SHIFT);
  const [left, top] = [shifted(columns), shifted(GLYPH.height)];
  const stray = ([red, green, blue]: Rgb): Rgb => [
    near(red, random),
    near(green, random),
    near(blue, random),
  ];
  const ink = stray(COLOURS[colour]);
  const ground = random.between(225, 255);
  const covered = new Float32Array(size * size);
  for (const [column, row] of wordPoints(word)) {
    cover(covered, left + column * point, top + row * point, point);
  }
  const pixels = new Uint8Array(size * size * 3);
  for (const [place, share] of covered.entries()) {
    for (const [channel, value] of ink.entries()) {
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
  for (let y = Math.floor(top); y < top + side; y += 1) {
    for (let x = Math.floor(left); x < left + side; x += 1) {
      const place = y * PICTURE_SIZE + x;
      covered[place] = (covered[place] ?? 0) + overlap(x, left) * overlap(y, top);
    }
  }
}
