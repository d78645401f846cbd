import assert from 'node:assert/strict';
import fc from 'fast-check';
import { epochBatch } from '../../examples/emoji/batches/epochs.ts';
import { visionBatches } from '../../examples/emoji/batches/vision-batches.ts';
import type { Gallery } from '../../examples/emoji/data/gallery.ts';
import { isHeldOut } from '../../examples/emoji/data/split.ts';
import { smallGallery } from './small-gallery.ts';

const options = {
  batch: 12,
  normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  encode: (text: string) => [...Buffer.from(text)],
  padding: 999,
  words: 40,
} as const;

describe('vision batches', () => {
  let gallery: Gallery;
  before(async () => {
    gallery = await smallGallery();
  });

  it('are the same for a seed and step, whatever came before, and differ between them', () => {
    const [one, other] = [visionBatches(gallery, options), visionBatches(gallery, options)];
    one(0, 0);
    one(3, 0);
    const batch = one(5, 0);
    assert.deepEqual(batch, other(5, 0));
    assert.notDeepEqual(batch.first, one(6, 0).first);
    assert.notDeepEqual(batch.first, one(5, 1).first);
  });

  it('have two different pictures of each emoji, and its name among its words', () => {
    const batch = visionBatches(gallery, options)(1, 0);
    const pixels = 3 * gallery.size ** 2;
    assert.equal(batch.first.length, 12 * pixels);
    for (const [row, place] of batch.emoji.entries()) {
      const at = (planes: Float32Array) => planes.subarray(row * pixels, (row + 1) * pixels);
      assert.notDeepEqual(at(batch.first), at(batch.second));
      assert.ok(at(batch.first).some((value) => value < 0.9));
      const words = batch.words.subarray(row * 40, (row + 1) * 40);
      const mask = batch.wordMask.subarray(row * 40, (row + 1) * 40);
      const name = gallery.emoji[place]?.words.name ?? '';
      assert.equal(
        Buffer.from([...words].map(Number))
          .subarray(0, Math.min(40, name.length))
          .toString(),
        name.slice(0, 40),
      );
      assert.deepEqual(
        [...mask],
        [...words].map((word) => (word === 999n ? 0 : 1)),
      );
    }
  });

  it('never show what is held out', () => {
    assert.ok(gallery.emoji.every(({ hexcode }) => !isHeldOut(hexcode)));
    for (const place of gallery.emoji.keys()) {
      assert.ok(gallery.styles(place).length > 0);
      assert.ok(gallery.styles(place).every((style) => String(style) !== 'openmoji'));
    }
  });

  it('go through all items in each epoch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 20 }),
        (batch, perEpoch, epoch) => {
          const count = batch * perEpoch;
          const seen = Array.from({ length: perEpoch }, (_, step) =>
            epochBatch(count, batch, 3, epoch * perEpoch + step),
          ).flat();
          assert.deepEqual(
            seen.toSorted((a, b) => a - b),
            [...Array(count).keys()],
          );
        },
      ),
    );
    assert.throws(() => epochBatch(3, 4, 0, 0), /a batch of 4/);
  });
});
