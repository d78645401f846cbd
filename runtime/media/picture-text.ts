import type { PictureText } from '../../dsl/program/picture-text.ts';

/** What is known of a picture that is to be written. */
export interface WrittenPicture {
  /** Image tokens of a frame or a tile. */
  readonly places: number;
  /** Tiles and the whole picture, or frames. */
  readonly frames: number;
  /** Rows and columns of its tiles; undefined for one that is not cut. */
  readonly grid: readonly [rows: number, columns: number] | undefined;
}

/**
 * A picture as it stands in a text: its image tokens, and what is written around them.
 *
 * @param image text of the image token
 */
export function writePicture(
  { alone, tile = '{image}', afterRow = '', whole = '{image}' }: PictureText,
  image: string,
  { places, frames, grid }: WrittenPicture,
): string {
  const tokens = image.repeat(places);
  const filled = (text: string) => text.replace('{image}', () => tokens);
  if (grid === undefined) return filled(alone).repeat(frames);
  const [rows, columns] = grid;
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) =>
      filled(tile.replaceAll('{row}', `${row + 1}`).replaceAll('{column}', `${column + 1}`)),
    ),
  );
  return `${lines.map((line) => `${line.join('')}${afterRow}`).join('')}${filled(whole)}`;
}
