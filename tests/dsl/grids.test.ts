import assert from 'node:assert/strict';
import {
  input,
  ModelError,
  relativePositionBias,
  rotary2d,
  shiftedWindowMask,
  slidingWindowMask,
} from '../../dsl/index.ts';

const x = input('x', 'float32', ['images', 7, 64]);
const grid = { heads: 4, rows: 2, columns: 3, prefix: 1 };
const positions = input('positions', 'int64', ['batch', 'text']);

/** What only values can be: each is refused in one sentence at the author's line. */
const MISTAKES: readonly (readonly [string, () => unknown])[] = [
  ['rotary2d: rows must be a whole number from 1 on, but it is 0', () => rotary2d(x, { ...grid, rows: 0 })],
  [
    'rotary2d: prefix must be a whole number from 0 on, but it is -1',
    () => rotary2d(x, { ...grid, prefix: -1 }),
  ],
  [
    'rotary2d: a grid of 2 x 3 after 0 tokens is 6 tokens, but x is [images, 7, 64]',
    () => rotary2d(x, { ...grid, prefix: 0 }),
  ],
  ['rotary2d: a head must be a multiple of 4 wide, but it is 2', () => rotary2d(x, { ...grid, heads: 32 })],
  [
    'rotary2d: a grid of 2 x 3 after 1 tokens is 7 tokens, but x is [images, text, 64]',
    () => rotary2d(input('x', 'float32', ['images', 'text', 64]), grid),
  ],
  [
    'slidingWindowMask: window must be a whole number from 1 on, but it is 1.5',
    () => slidingWindowMask(positions, positions, 1.5),
  ],
  [
    'shiftedWindowMask: window is 4, which does not divide rows = 6',
    () => shiftedWindowMask({ rows: 6, columns: 8, window: 4, shift: 1 }),
  ],
  [
    'shiftedWindowMask: shift must be a whole number from 0 to less than window = 4, but it is 4',
    () => shiftedWindowMask({ rows: 8, columns: 8, window: 4, shift: 4 }),
  ],
  [
    'shiftedWindowMask: its table would have 1000000000000 elements, more than 16777216; choose a smaller grid or window',
    () => shiftedWindowMask({ rows: 1000, columns: 1000, window: 1000, shift: 1 }),
  ],
  [
    'relativePositionBias: heads must be a whole number from 1 on, but it is NaN',
    () => relativePositionBias({ heads: Number.NaN, rows: 2, columns: 2 }),
  ],
  [
    'relativePositionBias: its table would have 1000000000000 elements, more than 16777216; choose a smaller grid or window',
    () => relativePositionBias({ heads: 2, rows: 1000, columns: 1000 }),
  ],
];

describe('layers on grids', () => {
  for (const [sentence, use] of MISTAKES) {
    it(sentence, () => {
      assert.throws(use, (error: unknown) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.equal(error.sentence, sentence);
        assert.match(error.message, /grids\.test\.ts:\d+:\d+: /);
        return true;
      });
    });
  }
});
