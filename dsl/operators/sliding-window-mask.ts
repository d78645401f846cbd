import { atCallSite } from '../at-call-site.ts';
import type { Tensor } from '../tensor.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { PairedPositions, PairShape } from '../types/shape/position-pairs.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { less, lessOrEqual } from './comparison.ts';
import { and } from './logical.ts';
import { reshape } from './reshape.ts';
import { checkWhole } from './shared/grid.ts';
import { positionAxes } from './shared/position-axes.ts';
import { subtract } from './subtract.ts';

/**
 * The mask of causal attention in a sliding window (Beltagy et al. 2020, arXiv 2004.05150; Mistral): a query sees itself and
 * the `window - 1` keys before it. `and` joins it with a model's own mask.
 *
 * @param queryPositions int64 `[batch or 1, queries]`
 * @param keyPositions int64 `[batch or 1, keys]`, counted as the queries' are
 * @param window a whole number from 1 on
 * @returns bool `[batch or 1, 1, queries, keys]`, the `mask` of `attention`
 */
export function slidingWindowMask<Q extends Tensor, K extends Tensor>(
  queryPositions: Checked<PairedPositions<'slidingWindowMask', 'queryPositions', Q>, Q>,
  keyPositions: Checked<PairedPositions<'slidingWindowMask', 'keyPositions', K>, K>,
  window: number,
): Result<
  'bool',
  Both<
    PairedPositions<'slidingWindowMask', 'queryPositions', Q>,
    Both<
      PairedPositions<'slidingWindowMask', 'keyPositions', K>,
      PairShape<ShapeOfTensor<Q>, ShapeOfTensor<K>, 1>
    >
  >
>;
export function slidingWindowMask(queryPositions: Tensor, keyPositions: Tensor, window: number): Tensor {
  return atCallSite(() => {
    checkWhole('slidingWindowMask', { window });
    const queries = positionAxes('slidingWindowMask', 'queryPositions', queryPositions);
    const keys = positionAxes('slidingWindowMask', 'keyPositions', keyPositions);
    const distance = subtract(
      reshape(queryPositions, [queries[0], 1, queries[1], 1]),
      reshape(keyPositions, [keys[0], 1, 1, keys[1]]),
    );
    return and(lessOrEqual(0, distance), less(distance, window));
  });
}
