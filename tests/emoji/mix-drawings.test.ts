import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mixDrawings } from '../../examples/emoji/features/mix-drawings.ts';
import { Random } from '../../examples/emoji/random.ts';

describe('features mixed of two drawings', () => {
  const sizes = { places: 3, dim: 4 };
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 24, maxLength: 24 });

  it('lie on the line through both, a channel of a picture at the same part of it in all places', () => {
    fc.assert(
      fc.property(values, fc.integer(), (own, seed) => {
        const first = Float32Array.from(own);
        // The other drawing is one more in every channel: what a channel gains is its part.
        mixDrawings(
          first,
          Float32Array.from(own, (value) => value + 1),
          sizes,
          new Random(seed),
        );
        for (let picture = 0; picture < 2; picture += 1) {
          for (let channel = 0; channel < 4; channel += 1) {
            const parts = [0, 1, 2].map((place) => {
              const index = picture * 12 + place * 4 + channel;
              return (first[index] ?? Number.NaN) - (own[index] ?? Number.NaN);
            });
            assert.ok(
              parts.every((part) => part >= -0.401 && part <= 1.401),
              `${parts}`,
            );
            assert.ok(Math.max(...parts) - Math.min(...parts) < 1e-3, `${parts}`);
          }
        }
      }),
    );
  });

  it('are the drawing itself where both are the same', () => {
    fc.assert(
      fc.property(values, fc.integer(), (own, seed) => {
        const first = Float32Array.from(own);
        mixDrawings(first, Float32Array.from(own), sizes, new Random(seed));
        assert.deepEqual(first, Float32Array.from(own));
      }),
    );
  });
});
