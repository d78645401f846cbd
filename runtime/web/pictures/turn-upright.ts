type Size = { readonly width: number; readonly height: number };

/** For each of EXIF's ways which column and row of what is stored are at a column and row of what is shown. */
const FROM: Readonly<Record<number, (x: number, y: number, stored: Size) => readonly [number, number]>> = {
  2: (x, y, { width }) => [width - 1 - x, y],
  3: (x, y, { width, height }) => [width - 1 - x, height - 1 - y],
  4: (x, y, { height }) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, { height }) => [y, height - 1 - x],
  7: (x, y, { width, height }) => [width - 1 - y, height - 1 - x],
  8: (x, y, { width }) => [width - 1 - y, x],
};

/**
 * Pixels as they are shown.
 *
 * @param pixels [height, width, 3], as stored
 * @param orientation EXIF's, 1 (upright) to 8; from 5 on width and height change places
 * @returns [height, width, 3]
 */
export function turnUpright(pixels: Uint8Array, stored: Size, orientation: number): Uint8Array {
  const from = FROM[orientation];
  if (from === undefined) return pixels;
  const [width, height] = orientation > 4 ? [stored.height, stored.width] : [stored.width, stored.height];
  const turned = new Uint8Array(pixels.length);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, to += 3) {
      const [column, row] = from(x, y, stored);
      const at = 3 * (row * stored.width + column);
      turned[to] = pixels[at] ?? 0;
      turned[to + 1] = pixels[at + 1] ?? 0;
      turned[to + 2] = pixels[at + 2] ?? 0;
    }
  }
  return turned;
}
