import assert from 'node:assert/strict';
import fc from 'fast-check';
import { augment, NONE, STRONG } from '../../examples/emoji/augment/augment.ts';
import { greys, randomColours, recolour } from '../../examples/emoji/augment/ink.ts';
import { isMirrorable } from '../../examples/emoji/augment/mirrorable.ts';
import { warp } from '../../examples/emoji/augment/warp.ts';
import { loadVocabulary } from '../../examples/emoji/data/vocabulary.ts';
import { Random } from '../../examples/emoji/random.ts';

const UNCHANGED = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
const STILL = { angle: 0, scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0, mirror: false };

const picture = fc.integer({ min: 2, max: 12 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    pixels: fc.uint8Array({ minLength: size * size * 3, maxLength: size * size * 3 }),
  }),
);

describe('augmentation', () => {
  it('without any change gives the picture as the encoder takes it', () => {
    fc.assert(
      fc.property(picture, ({ size, pixels }) => {
        const out = new Float32Array(3 * size * size);
        const settings = {
          size,
          mirrorable: true,
          mean: [0.5, 0.4, 0.3],
          std: [0.2, 0.3, 0.4],
        } as const;
        augment(pixels, settings, NONE, new Random(1), out);
        for (const [place, value] of out.entries()) {
          const channel = Math.floor(place / (size * size));
          const pixel = (pixels[3 * (place % (size * size)) + channel] ?? 0) / 255;
          const expected = (pixel - (settings.mean[channel] ?? 0)) / (settings.std[channel] ?? 1);
          assert.ok(Math.abs(value - expected) < 1e-5);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('stays between black and white and depends on its seed alone', () => {
    fc.assert(
      fc.property(picture, fc.integer(), ({ size, pixels }, seed) => {
        const settings = { size, mirrorable: true, ...UNCHANGED };
        const [first, second] = [0, 1].map(() => {
          const out = new Float32Array(3 * size * size).fill(7);
          augment(pixels, settings, STRONG, new Random(seed), out);
          return out;
        });
        assert.deepEqual(first, second);
        assert.ok(first?.every((value) => value >= -1e-6 && value <= 1 + 1e-6));
      }),
    );
  });

  it('leaves white white', () => {
    const size = 8;
    const white = new Uint8Array(size * size * 3).fill(255);
    for (let seed = 0; seed < 50; seed += 1) {
      const out = new Float32Array(3 * size * size);
      augment(white, { size, mirrorable: true, ...UNCHANGED }, STRONG, new Random(seed), out);
      assert.ok(out.every((value) => Math.abs(value - 1) < 1e-6));
    }
  });

  it('turns clockwise, mirrors and shifts', () => {
    const size = 7;
    const dark = (row: number, column: number) => {
      const pixels = new Uint8Array(size * size * 3).fill(255);
      pixels.fill(0, 3 * (row * size + column), 3 * (row * size + column) + 3);
      return pixels;
    };
    const darkest = (placement: Partial<typeof STILL>) => {
      const out = new Float32Array(3 * size * size);
      warp(dark(1, 2), size, { ...STILL, ...placement }, out);
      const place = out.indexOf(Math.max(...out.subarray(0, size * size)));
      return [Math.floor(place / size), place % size];
    };
    assert.deepEqual(darkest({}), [1, 2]);
    assert.deepEqual(darkest({ mirror: true }), [1, 4]);
    assert.deepEqual(darkest({ shiftX: 2, shiftY: 1 }), [2, 4]);
    assert.deepEqual(darkest({ angle: Math.PI / 2 }), [2, 5]);
    assert.deepEqual(darkest({ angle: Math.PI }), [5, 4]);
  });

  it('makes a picture smaller by its scale', () => {
    const size = 40;
    const black = new Uint8Array(size * size * 3);
    const out = new Float32Array(3 * size * size);
    warp(black, size, { ...STILL, scaleX: 0.5, scaleY: 0.5 }, out);
    const inked = out.subarray(0, size * size).reduce((sum, ink) => sum + ink, 0);
    assert.ok(Math.abs(inked - (size / 2) ** 2) < 0.12 * (size / 2) ** 2, `${inked}`);
  });

  it('recolours without touching greys’ hue', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, ink) => {
        const grey = new Float32Array(3).fill(ink);
        recolour(grey, randomColours(new Random(seed), 0.5));
        const [red = 0, green = 0, blue = 0] = grey;
        assert.ok(Math.abs(red - green) < 1e-6 && Math.abs(green - blue) < 1e-6);
      }),
    );
    const red = Float32Array.of(0, 1, 1);
    recolour(red, greys());
    assert.ok(red.every((value) => Math.abs(value - 0.701) < 1e-6));
  });

  it('mirrors nothing that reads one way', async () => {
    const emoji = await loadVocabulary([]);
    const mirrorable = (name: string) => {
      const found = emoji.find(({ words }) => words.name === name);
      assert.ok(found, name);
      return isMirrorable(found);
    };
    for (const name of [
      'right arrow',
      "three o'clock",
      'keycap: 4',
      'backhand index pointing left',
      'check mark',
    ]) {
      assert.equal(mirrorable(name), false, name);
    }
    for (const name of ['red apple', 'dog face', 'bicycle']) assert.equal(mirrorable(name), true, name);
  });
});
