import type { Size } from './geometry.ts';

/** How many tiles a picture is cut into. */
export type Grid = { readonly columns: number; readonly rows: number };

/**
 * How a picture is cut into tiles: the grid of at most so many whose shape is nearest to the picture's. Of grids of one
 * shape the larger is taken where the picture has more than half of its pixels. InternVL 1.5 (arXiv 2404.16821, section
 * 3.2 and its `dynamic_preprocess`).
 *
 * @param size height and width of a tile, in pixels
 * @param most tiles, from 1 on
 */
export function nearestGrid({ width, height }: Size, size: number, most: number): Grid {
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
 * The grid that a picture fills when its longer side is brought up to a whole number of tiles, as its shape is, and then the
 * other: Idefics 3 (transformers' `resize_for_vision_encoder`).
 *
 * @param picture its size, the longer side resized
 * @param size height and width of a tile, in pixels
 */
export function filledGrid({ width, height }: Size, size: number): Grid {
  const shape = width / height;
  const tiles = (side: number) => Math.max(1, Math.ceil(side / size));
  if (width >= height) {
    const columns = tiles(width);
    return { columns, rows: tiles(Math.trunc((columns * size) / shape)) };
  }
  const rows = tiles(height);
  return { columns: tiles(Math.trunc(rows * size * shape)), rows };
}
