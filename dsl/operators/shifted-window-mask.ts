import { atCallSite } from '../at-call-site.ts';
import { fail } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { constant } from './constant.ts';
import { checkTable, checkWhole } from './shared/grid.ts';

export interface ShiftedWindowOptions {
  /** Places of the grid from top to bottom, and from left to right. */
  readonly rows: number;
  readonly columns: number;
  /** Height and width of a window; divides both. */
  readonly window: number;
  /** By how many places the grid was rolled up and left before it was cut into windows; less than `window`. */
  readonly shift: number;
}

/**
 * The mask of Swin's shifted windows (Liu et al. 2021, arXiv 2103.14030, section 3.2): after a cyclic shift, windows at the
 * lower and right edges hold places that were not neighbours, and these do not see each other.
 *
 * @returns bool `[rows/window * columns/window, 1, window^2, window^2]`, windows row by row and places in them row by
 *   row: the `mask` of `attention` on the windows of one picture, to be repeated for several
 * @throws ModelError where the window does not divide the grid, or the shift is not from 0 to less than the window
 */
export function shiftedWindowMask(
  options: ShiftedWindowOptions,
): Tensor<'bool', readonly [number, 1, number, number]> {
  return atCallSite(() => {
    const { rows, columns, window, shift } = options;
    checkWhole('shiftedWindowMask', { rows, columns, window });
    for (const [name, value] of Object.entries({ rows, columns })) {
      if (value % window !== 0)
        fail(`shiftedWindowMask: window is ${window}, which does not divide ${name} = ${value}`);
    }
    if (!Number.isInteger(shift) || shift < 0 || shift >= window) {
      fail(
        `shiftedWindowMask: shift must be a whole number from 0 to less than window = ${window}, but it is ${shift}`,
      );
    }
    checkTable('shiftedWindowMask', rows * columns * window ** 2);
    // Places of the rolled grid came from one side of the edge or the other.
    const side = (place: number, places: number) => Number(place >= places - shift);
    const region = (row: number, column: number) => 2 * side(row, rows) + side(column, columns);
    const places = Array.from({ length: window ** 2 }, (_, index) => [
      Math.floor(index / window),
      index % window,
    ]);
    const mask: number[] = [];
    for (let top = 0; top < rows; top += window) {
      for (let left = 0; left < columns; left += window) {
        const regions = places.map(([row = 0, column = 0]) => region(top + row, left + column));
        for (const query of regions) mask.push(...regions.map((key) => Number(key === query)));
      }
    }
    const windows = (rows / window) * (columns / window);
    return constant(mask, [windows, 1, window ** 2, window ** 2], 'bool');
  });
}
