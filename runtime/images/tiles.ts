import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { geometryOf, wholeOf } from './geometry.ts';
import type { ImageSource } from './image-source.ts';
import { normalise } from './normalise.ts';
import type { PictureReader } from './picture-reader.ts';
import type { PixelRule } from './pixel-rule.ts';
import { resample } from './resample.ts';
import { filledGrid, type Grid, nearestGrid } from './tile-grid.ts';

export type Tiles = {
  /** [frames, 3, size, size]. */
  readonly pixels: Float32Array;
  /** The tiles, row by row, then the whole picture where there are several. */
  readonly frames: number;
  /** Left out for a picture that is not cut. */
  readonly grid?: Grid;
};

/**
 * Reads a picture as tiles: stretched to a grid of them and cut, each as large as the vision encoder's input; after
 * several the whole picture, as `loadImage` gives it, or of a filled grid what was cut, resized once more.
 *
 * @param preprocessing The manifest's `image`, with `tiles`.
 * @throws UserError as `loadImage`.
 */
export async function loadTiles(
  reader: PictureReader,
  source: ImageSource,
  preprocessing: ImagePreprocessing & { readonly tiles: number },
  rule: PixelRule,
): Promise<Tiles> {
  const { size, tiles, tileGrid, interpolation } = preprocessing;
  const header = await reader.readHeader(source, rule);
  const { first } = geometryOf(header, preprocessing);
  const filled = tileGrid === 'filled';
  const grid = filled ? filledGrid(first ?? header, size) : nearestGrid(header, size, tiles);
  const isCut = grid.columns * grid.rows > 1;
  const pieces: Uint8Array[] = [];
  if (isCut) {
    const resized = { width: grid.columns * size, height: grid.rows * size };
    const stretched = await reader.decode(source, header, preprocessing, 0, {
      part: wholeOf(header),
      ...(first && { first }),
      ...{ resized, crop: wholeOf(resized) },
    });
    pieces.push(...cut(stretched, grid, size));
    const square = { width: size, height: size };
    if (filled) pieces.push(resample(stretched, resized, square, wholeOf(square), interpolation));
  }
  if (!(isCut && filled)) pieces.push(await reader.decode(source, header, preprocessing));
  const each = 3 * size * size;
  const pixels = new Float32Array(pieces.length * each);
  for (const [index, piece] of pieces.entries())
    normalise(piece, preprocessing, pixels.subarray(index * each, (index + 1) * each));
  return { pixels, frames: pieces.length, ...(isCut && { grid }) };
}

/** @param pixels [rows*size, columns*size, 3] */
function cut(pixels: Uint8Array, { columns, rows }: Grid, size: number): Uint8Array[] {
  const line = 3 * size;
  return Array.from({ length: rows * columns }, (_, tile) => {
    const [row, column] = [Math.floor(tile / columns), tile % columns];
    const piece = new Uint8Array(size * line);
    for (let y = 0; y < size; y += 1) {
      const start = ((row * size + y) * columns + column) * line;
      piece.set(pixels.subarray(start, start + line), y * line);
    }
    return piece;
  });
}
