import { UserError } from '../../../artifact/user-error.ts';
import { checkArgument } from '../../arguments/check-argument.ts';
import * as schemas from '../../arguments/schemas.ts';

/** How far pictures are changed, each time they are read. */
export interface Augmentation {
  /** The smallest share of the picture's area that is kept; a square of it is stretched to the whole. Default 1. */
  readonly crop?: number;
  /** How far brightness and each colour may change: 0.2 is a factor from 0.8 to 1.2. Default 0. */
  readonly colour?: number;
  /** Whether left and right may change places, with a probability of a half. Not for arrows, text and the like. Default false. */
  readonly flip?: boolean;
}

/**
 * A changed copy of a picture.
 *
 * @param pixels `[size, size, 3]`, 0 to 255
 * @param draw from 0 to below 1
 * @throws UserError for arguments of another kind
 */
export function augment(
  pixels: Uint8Array,
  size: number,
  augmentation: Augmentation,
  draw: () => number,
): Uint8Array {
  checkArgument('the array of pixels', schemas.pixels, pixels);
  checkArgument('the size of the picture', schemas.side, size);
  checkArgument('the augmentation', schemas.augmentation, augmentation);
  checkArgument('the source of random numbers', schemas.draw, draw);
  if (pixels.length !== 3 * size ** 2) {
    throw new UserError(
      `The picture has ${pixels.length} values, but 3 colours of ${size} x ${size} pixels are ${3 * size ** 2}: pass its pixels as [size, size, 3].`,
    );
  }
  const { crop = 1, colour = 0, flip = false } = augmentation;
  // Every draw is made whatever is asked for, so that one setting does not change the effect of another.
  const side = size * Math.sqrt(crop + (1 - crop) * draw());
  const [left, top] = [(size - side) * draw(), (size - side) * draw()];
  const mirrored = draw() < 0.5 && flip;
  const bright = 1 + colour * (2 * draw() - 1);
  const factors = [0, 1, 2].map(() => bright * (1 + colour * (2 * draw() - 1)));
  const result = new Uint8Array(pixels.length);
  const columns = sampling(size, left, side);
  const rows = sampling(size, top, side);
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < size; x += 1) {
      const column = columns[mirrored ? size - 1 - x : x];
      if (column === undefined) continue;
      for (const [channel, factor] of factors.entries()) {
        const at = (line: number, place: number) => pixels[(line * size + place) * 3 + channel] ?? 0;
        const upper =
          at(row.first, column.first) * (1 - column.share) + at(row.first, column.second) * column.share;
        const lower =
          at(row.second, column.first) * (1 - column.share) + at(row.second, column.second) * column.share;
        const value = upper * (1 - row.share) + lower * row.share;
        result[(y * size + x) * 3 + channel] = Math.min(255, Math.round(value * factor));
      }
    }
  }
  return result;
}

/** Where each pixel of a line comes from: two neighbours, and the share of the second. */
function sampling(size: number, start: number, length: number) {
  return Array.from({ length: size }, (_, index) => {
    const place = Math.min(size - 1, Math.max(0, start + ((index + 0.5) * length) / size - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(size - 1, first + 1), share: place - first };
  });
}
