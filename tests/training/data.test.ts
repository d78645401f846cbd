import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { augment, drawsOf, PictureData, shuffledRows } from '../../runtime/training/data/index.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';

const SIZE = 16;
const IMAGE: ImagePreprocessing = {
  size: SIZE,
  resize: 'shortest-edge',
  interpolation: 'bicubic',
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.3, 0.4],
  maxFrames: 1,
};
const FILES = ['cat.png', 'dog.jpg', 'apple.webp'].map((name) =>
  fileURLToPath(new URL(`../images/${name}`, import.meta.url)),
);

describe('shuffledRows', () => {
  it('gives every row at most once an epoch, and all where the batch divides them; a new order each epoch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (batch, batches, seed) => {
          const epoch = (first: number) =>
            Array.from({ length: batches }, (_, index) =>
              shuffledRows(batch * batches, batch, seed, first + index),
            ).flat();
          const all = Array.from({ length: batch * batches }, (_, row) => row);
          assert.deepEqual(
            epoch(0).toSorted((a, b) => a - b),
            all,
          );
          assert.deepEqual(
            epoch(batches).toSorted((a, b) => a - b),
            all,
          );
          assert.deepEqual(epoch(0), epoch(0));
          const withRest = shuffledRows(batch * batches + 1, batch, seed, batches - 1);
          assert.equal(new Set(withRest).size, batch);
        },
      ),
    );
    assert.notDeepEqual(shuffledRows(100, 100, 1, 0), shuffledRows(100, 100, 1, 1));
    assert.notDeepEqual(shuffledRows(100, 100, 1, 0), shuffledRows(100, 100, 2, 0));
    assert.throws(() => shuffledRows(3, 4, 0, 0), RangeError);
  });
});

describe('augment', () => {
  const picture = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, index) => (index * 7) % 256);

  it('changes nothing unless asked, mirrors half of the time, and crops to a part of the picture', () => {
    assert.deepEqual(augment(picture, SIZE, {}, drawsOf(1)), picture);
    const mirrored = picture.map((_, index) => {
      const [place, channel] = [Math.floor(index / 3), index % 3];
      const [y, x] = [Math.floor(place / SIZE), place % SIZE];
      return picture[(y * SIZE + SIZE - 1 - x) * 3 + channel] ?? 0;
    });
    const flips = Array.from({ length: 200 }, (_, seed) =>
      augment(picture, SIZE, { flip: true }, drawsOf(seed)),
    );
    const same = (wanted: Uint8Array) => flips.filter((each) => Buffer.compare(each, wanted) === 0).length;
    assert.equal(same(picture) + same(mirrored), 200);
    assert.ok(same(mirrored) > 70 && same(mirrored) < 130);
    // Brightness rises from left to right: of a crop, less of the range is left.
    const ramp = picture.map((_, index) => (Math.floor(index / 3) % SIZE) * 16);
    const rangeOf = (pixels: Uint8Array) => Math.max(...pixels) - Math.min(...pixels);
    const crops = Array.from({ length: 50 }, (_, seed) =>
      rangeOf(augment(ramp, SIZE, { crop: 0.25 }, drawsOf(seed))),
    );
    assert.ok(
      Math.max(...crops) <= 240 && Math.min(...crops) < 160 && Math.min(...crops) >= 100,
      crops.join(' '),
    );
  });

  it('keeps the change of colours within what it is given', () => {
    const grey = new Uint8Array(SIZE * SIZE * 3).fill(100);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.5, noNaN: true }), (seed, colour) => {
        const changed = augment(grey, SIZE, { colour }, drawsOf(seed));
        for (const value of changed) {
          assert.ok(
            value >= Math.floor(100 * (1 - colour) ** 2) && value <= Math.ceil(100 * (1 + colour) ** 2),
          );
        }
      }),
    );
  });
});

describe('PictureData', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());
  const quiet = (report: (done: number) => void = () => {}) => ({
    progress: report,
    signal: new AbortController().signal,
  });

  it('gives what loadImage gives, from a cache that is written once', async () => {
    const cache = join(folder.path, 'cache');
    let decoded = 0;
    for (const expected of [FILES.length + 1, 0]) {
      decoded = 0;
      await using data = new PictureData({ files: FILES, image: IMAGE, cache });
      await data.prepare(quiet(() => (decoded += 1)));
      assert.equal(decoded, expected);
      const pixels = await data.read([2, 0]);
      const [apple, cat] = await Promise.all([2, 0].map((place) => loadImage(FILES[place] ?? '', IMAGE)));
      assert.deepEqual([...pixels], [...(apple ?? []), ...(cat ?? [])]);
      const changes = { crop: 0.5, colour: 0.3, flip: true };
      assert.deepEqual(await data.read([1], changes, 7, 3), await data.read([1], changes, 7, 3));
      assert.notDeepEqual(await data.read([1], changes, 7, 3), await data.read([1], changes, 7, 4));
    }
    assert.equal((await readdir(cache)).length, 1);
  });

  it('names a file that is no picture, and leaves nothing half written', async () => {
    const broken = await folder.write('broken.png', 'not a picture');
    const cache = join(folder.path, 'broken-cache');
    await using data = new PictureData({ files: [...FILES, broken], image: IMAGE, cache });
    await assert.rejects(
      data.prepare(quiet()),
      (error) =>
        error instanceof UserError &&
        error.message.startsWith(`files[3] of the pictures: '${broken}' is not a`),
    );
    assert.deepEqual(await readdir(cache), []);
  });
});
