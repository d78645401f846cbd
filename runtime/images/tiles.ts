import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import type { Size } from './geometry.ts';
import type { ImageSource } from './image-source.ts';
import { normalise } from './normalise.ts';
import type { PictureReader } from './picture-reader.ts';
import type { PixelRule } from './pixel-rule.ts';

export type Tiles = {
  /** [frames, 3, size, size]. */
  readonly pixels: Float32Array;
  /** The tiles, row by row, then the whole picture where there are several. */
  readonly frames: number;
};

export type Grid = { readonly columns: number; readonly rows: number };

/**
 * How a picture is cut into tiles: the grid of at most so many whose shape is nearest to the picture's. Of grids of one
 * shape the larger is taken where the picture has more than half of its pixels. InternVL 1.5 (arXiv 2404.16821, section
 * 3.2 and its `dynamic_preprocess`).
 *
 * @param size height and width of a tile, in pixels
 * @param most tiles, from 1 on
 */
export function tileGrid({ width, height }: Size, size: number, most: number): Grid {
  const shape = width / height;
  let best: Grid = { columns: 1, rows: 1 };
  let smallest = Number.POSITIVE_INFINITY;
  for (let tiles = 1; tiles <= most; tiles += 1) {
    for (let columns = 1; columns <= tiles; columns += 1) {
      if (tiles % columns !== 0) continue;
      const rows = tiles / columns;
      const difference = Math.abs(shape - columns / rows);
      const isFine = width * height > 0.5 * size * size * tiles;
      if (difference < smallest || (difference === smallest && isFine)) best = { columns, rows };
      smallest = Math.min(smallest, difference);
    }
  }
  return best;
}

/**
 * Reads a picture as tiles: stretched to a grid of them and cut, each as large as the vision encoder's input; after
 * several the whole picture, as `loadImage` gives it.
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
  const { size, tiles } = preprocessing;
  const header = await reader.readHeader(source, rule);
  const grid = tileGrid(header, size, tiles);
  const pieces = [await reader.decode(source, header, preprocessing)];
  if (grid.columns * grid.rows > 1) {
    const resized = { width: grid.columns * size, height: grid.rows * size };
    const whole = { left: 0, top: 0 };
    const stretched = await reader.decode(source, header, preprocessing, 0, {
      part: { ...whole, width: header.width, height: header.height },
      resized,
      crop: { ...whole, ...resized },
    });
    pieces.unshift(...cut(stretched, grid, size));
  }
  const each = 3 * size * size;
  const pixels = new Float32Array(pieces.length * each);
  for (const [index, piece] of pieces.entries())
    normalise(piece, preprocessing, pixels.subarray(index * each, (index + 1) * each));
  return { pixels, frames: pieces.length };
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
