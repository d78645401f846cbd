import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { filePictures } from '../../runtime/images/file-pictures.ts';
import { sizeByLongestEdge } from '../../runtime/images/geometry.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { filledGrid, nearestGrid } from '../../runtime/images/tile-grid.ts';
import { loadTiles } from '../../runtime/images/tiles.ts';

const SIZE = 16;
const preprocessing: ImagePreprocessing & { readonly tiles: number } = {
  ...{ size: SIZE, resize: 'stretch', interpolation: 'bicubic', maxFrames: 1, tiles: 6 },
  ...{ mean: [0, 0, 0], std: [1, 1, 1] },
};

/** A picture whose every block of SIZE x SIZE pixels has one grey, its number. */
async function blocks(columns: number, rows: number): Promise<Uint8Array> {
  const [width, height] = [columns * SIZE, rows * SIZE];
  const raw = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      raw.fill(
        40 * (1 + Math.floor(y / SIZE) * columns + Math.floor(x / SIZE)),
        (y * width + x) * 3,
        (y * width + x + 1) * 3,
      );
  return sharp(raw, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe('tiles of a picture', () => {
  it('are a grid of the picture’s shape, of at most as many as the model takes', () => {
    const side = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 12 }), (width, height, most) => {
        const { columns, rows } = nearestGrid({ width, height }, SIZE, most);
        assert.ok(columns >= 1 && rows >= 1 && columns * rows <= most);
        const difference = Math.abs(width / height - columns / rows);
        for (let other = 1; other <= most; other += 1)
          for (let across = 1; across <= Math.floor(most / other); across += 1)
            assert.ok(difference <= Math.abs(width / height - across / other));
      }),
    );
    // As InternVL's find_closest_aspect_ratio chooses between grids of one shape.
    assert.deepEqual(nearestGrid({ width: 448, height: 448 }, 448, 12), { columns: 1, rows: 1 });
    assert.deepEqual(nearestGrid({ width: 1000, height: 1000 }, 448, 12), { columns: 3, rows: 3 });
    assert.deepEqual(nearestGrid({ width: 800, height: 400 }, 448, 12), { columns: 2, rows: 1 });
    assert.deepEqual(nearestGrid({ width: 1600, height: 800 }, 448, 12), { columns: 4, rows: 2 });
  });

  it('fill a grid by the longest edge as in Idefics 3', () => {
    // What transformers 5.24 gives: `get_resize_output_image_size`, and the rows and columns of its image processor.
    for (const [width, height, longest, size, resized, columns, rows] of [
      [640, 480, 2048, 512, [2048, 1536], 4, 3],
      [480, 640, 2048, 512, [1536, 2048], 3, 4],
      [1000, 333, 2048, 512, [2048, 682], 4, 2],
      [333, 1000, 1456, 364, [484, 1456], 2, 4],
      [7, 5000, 1536, 384, [2, 1536], 1, 4],
      [300, 300, 1000, 384, [1000, 1000], 3, 3],
      [31, 40, 28, 28, [22, 28], 1, 1],
    ] as const) {
      const first = sizeByLongestEdge({ width, height }, longest);
      assert.deepEqual([first.width, first.height], resized, `${width} x ${height}`);
      assert.deepEqual(filledGrid(first, size), { columns, rows }, `${width} x ${height}`);
    }
  });

  it('are cut row by row, the whole picture after them', async () => {
    const { pixels, frames } = await loadTiles(filePictures, await blocks(3, 2), preprocessing, 'shown');
    assert.equal(frames, 7);
    const each = 3 * SIZE * SIZE;
    for (let tile = 0; tile < 6; tile += 1) {
      const middle = pixels[tile * each + (SIZE / 2) * SIZE + SIZE / 2] ?? Number.NaN;
      assert.ok(Math.abs(middle * 255 - 40 * (tile + 1)) < 1.5, `tile ${tile} is ${middle * 255}`);
    }
    const whole = await loadImage(await blocks(3, 2), preprocessing);
    assert.deepEqual(pixels.subarray(6 * each), whole);
  });

  it('are one, the picture itself, where it has the shape of one', async () => {
    const small = await blocks(1, 1);
    const { pixels, frames } = await loadTiles(filePictures, small, preprocessing, 'shown');
    assert.equal(frames, 1);
    assert.deepEqual(pixels, await loadImage(small, preprocessing));
  });
});
