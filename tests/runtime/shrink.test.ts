import assert from 'node:assert/strict';
import fc from 'fast-check';
import sharp from 'sharp';
import { shrinkPixels } from '../../runtime/images/shrink.ts';

const KERNELS = { bicubic: 'cubic', bilinear: 'linear' } as const;

const side = fc.integer({ min: 8, max: 400 });
/** A picture's size, and a smaller one. */
const sizes = fc.tuple(side, side).chain(([width, height]) =>
  fc.tuple(fc.integer({ min: 8, max: width }), fc.integer({ min: 8, max: height })).map(
    ([narrow, low]) =>
      [
        { width, height },
        { width: narrow, height: low },
      ] as const,
  ),
);

/** Whether some place of the kernel lies just between two: rounding noise decides there. */
function hasTies(from: number, to: number): boolean {
  const whole = Math.max(1, Math.floor(from / to / 2));
  return Array.from({ length: to }, (_, index) => ((2 * index + 1) * from * 64) / (to * whole)).some(
    (place) => Math.abs(place - Math.round(place)) < 1e-6 && Math.round(place) % 2 === 1,
  );
}

async function bySharp(
  pixels: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
  kernel: 'cubic' | 'linear' | 'nearest',
): Promise<Uint8Array> {
  return sharp(pixels, { raw: { ...from, channels: 3 } })
    .resize({ ...to, fit: 'fill', kernel })
    .raw()
    .toBuffer();
}

describe('shrinkPixels', () => {
  for (const interpolation of ['bicubic', 'bilinear'] as const) {
    it(`gives sharp's pixels, within 1 of 255 but for one number in a hundred, within 8 where two roundings meet (${interpolation})`, async () => {
      await fc.assert(
        fc.asyncProperty(sizes, fc.integer(), async ([from, to], seed) => {
          let state = seed;
          const pixels = Uint8Array.from({ length: from.width * from.height * 3 }, () => {
            state = (Math.imul(state, 1664525) + 1013904223) | 0;
            return state >>> 24;
          });
          const expected = await bySharp(pixels, from, to, KERNELS[interpolation]);
          const found = shrinkPixels(pixels, from, to, interpolation);
          assert.equal(found.length, expected.length);
          const apart = found.map((value, place) => Math.abs(value - (expected[place] ?? 999)));
          const ties = hasTies(from.width, to.width) || hasTies(from.height, to.height);
          const beyond = apart.filter((each) => each > (ties ? 4 : 1)).length;
          const largest = apart.reduce((most, each) => Math.max(most, each), 0);
          assert.ok(
            largest <= 8 && beyond <= found.length / 100,
            `${beyond} of ${found.length} off, up to ${largest}`,
          );
        }),
        { numRuns: 60 },
      );
    });
  }

  it('takes the pixels that sharp takes, but for ties (nearest)', async () => {
    const from = { width: 333, height: 1 };
    const to = { width: 31, height: 1 };
    const pixels = Uint8Array.from({ length: 333 * 3 }, (_, place) => Math.floor(place / 3) % 251);
    const [expected, found] = [
      await bySharp(pixels, from, to, 'nearest'),
      shrinkPixels(pixels, from, to, 'nearest'),
    ];
    const others = found.filter((value, place) => value !== expected[place]).length;
    assert.ok(others <= 3, `${others} of ${found.length} are others`);
  });

  it('leaves a picture of the right size as it is', () => {
    const pixels = Uint8Array.from({ length: 12 }, (_, place) => place * 20);
    const size = { width: 2, height: 2 };
    assert.deepEqual(shrinkPixels(pixels, size, size, 'bicubic'), pixels);
  });
});
