import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import type { Size } from '../../runtime/images/geometry.ts';
import { type PixelSource, shrinkPixels } from '../../runtime/images/shrink.ts';

const KERNELS = { lanczos: 'lanczos3', bicubic: 'cubic', bilinear: 'linear', nearest: 'nearest' } as const;

const side = fc.integer({ min: 1, max: 400 });
/** A side, and a smaller one. */
const sides = side.chain((from) => fc.tuple(fc.constant(from), fc.integer({ min: 1, max: from })));
/** Sides by which some places of the kernel come to lie just between two of its 64: rounding noise decides there. */
const ties = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(32, 64, 96, 128, 192))
  .chain(([least, to]) =>
    fc.tuple(
      fc.integer({ min: least * to, max: (least + 1) * to }).map((from) => from | 1),
      fc.constant(to),
    ),
  );
/** A picture's size, and a smaller one. */
const sizes = fc.tuple(fc.oneof(sides, ties), fc.oneof(sides, ties)).map(
  ([[width, narrow], [height, low]]) =>
    [
      { width, height },
      { width: narrow, height: low },
    ] as const,
);

/** What sharp makes of noise, and its pixels before. */
async function bySharp(
  from: Size,
  to: Size,
  kernel: (typeof KERNELS)[keyof typeof KERNELS],
  source: PixelSource,
  seed: number,
): Promise<{ pixels: Uint8Array; expected: Uint8Array }> {
  let state = seed;
  const pixels = Uint8Array.from({ length: from.width * from.height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
  const held = sharp(pixels, { raw: { ...from, channels: 3 } });
  const shrink = (picture: Sharp) =>
    picture
      .resize({ ...to, fit: 'fill', kernel })
      .raw()
      .toBuffer();
  if (source === 'held') return { pixels, expected: await shrink(held) };
  if (source === 'decoded') {
    const file = await held.png({ compressionLevel: 0 }).toBuffer();
    return { pixels, expected: await shrink(sharp(file)) };
  }
  // By a quarter, the long way round to lie as the noise does.
  const lying = await sharp(pixels, { raw: { ...from, channels: 3 } })
    .rotate(270)
    .png({ compressionLevel: 0 })
    .toBuffer();
  const file = await sharp(lying).withMetadata({ orientation: 6 }).png({ compressionLevel: 0 }).toBuffer();
  const upright = sharp(file)
    .autoOrient()
    .extract({ left: 0, top: 0, ...from });
  return { pixels, expected: await shrink(upright) };
}

describe('shrinkPixels', () => {
  // Where a product and a sum are one operation, libvips has rounding noise of its own.
  before(function () {
    if (process.arch !== 'x64') this.skip();
  });

  for (const source of ['decoded', 'held', 'turned'] as const) {
    for (const interpolation of ['lanczos', 'bicubic', 'bilinear', 'nearest'] as const) {
      it(`gives sharp's pixels of noise of any size (${source}, ${interpolation})`, async () => {
        await fc.assert(
          fc.asyncProperty(sizes, fc.integer(), async ([from, to], seed) => {
            const { pixels, expected } = await bySharp(from, to, KERNELS[interpolation], source, seed);
            const found = shrinkPixels(pixels, from, to, interpolation, source);
            const other = found.findIndex((value, place) => value !== expected[place]);
            assert.equal(other, -1, `${found[other]} for ${expected[other]} at ${other}`);
            assert.equal(found.length, expected.length);
          }),
          { numRuns: 10 },
        );
      });
    }
  }

  it('leaves a picture of the right size as it is', () => {
    const pixels = Uint8Array.from({ length: 12 }, (_, place) => place * 20);
    const size = { width: 2, height: 2 };
    assert.deepEqual(shrinkPixels(pixels, size, size, 'bicubic'), pixels);
  });
});
