import { atCallSite } from '../at-call-site.ts';
import type { Tensor } from '../tensor.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { PairedPositions, PairShape } from '../types/shape/position-pairs.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { cast } from './cast.ts';
import { constant } from './constant.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { positionAxes } from './shared/position-axes.ts';
import { subtract } from './subtract.ts';

/**
 * Attention with linear biases (Press et al. 2021, arXiv 2108.12409): a bias for `attention` that falls with the
 * distance of the key, `-slope_h * (queryPosition - keyPosition)`. Use it with a causal mask; a key after its query
 * would be favoured.
 *
 * @param queryPositions int64 `[batch or 1, queries]`
 * @param keyPositions int64 `[batch or 1, keys]`, counted as the queries' are
 * @param maxBias the exponent of the last slope when heads are a power of two: slopes run from `2^(-maxBias/heads)` to
 *   `2^-maxBias`. Default 8, as in MPT and BLOOM
 * @returns float32 `[batch or 1, heads, queries, keys]`
 */
export function alibi<Q extends Tensor, K extends Tensor, Heads extends number>(
  queryPositions: Checked<PairedPositions<'alibi', 'queryPositions', Q>, Q>,
  keyPositions: Checked<PairedPositions<'alibi', 'keyPositions', K>, K>,
  heads: Heads,
  maxBias?: number,
): Result<
  'float32',
  Both<
    PairedPositions<'alibi', 'queryPositions', Q>,
    Both<PairedPositions<'alibi', 'keyPositions', K>, PairShape<ShapeOfTensor<Q>, ShapeOfTensor<K>, Heads>>
  >
>;
export function alibi(queryPositions: Tensor, keyPositions: Tensor, heads: number, maxBias = 8): Tensor {
  return atCallSite(() => {
    const [queryBatch, queries] = positionAxes('alibi', 'queryPositions', queryPositions);
    const [keyBatch, keys] = positionAxes('alibi', 'keyPositions', keyPositions);
    const distance = subtract(
      reshape(cast(keyPositions, 'float32'), [keyBatch, 1, 1, keys]),
      reshape(cast(queryPositions, 'float32'), [queryBatch, 1, queries, 1]),
    );
    return multiply(distance, constant(alibiSlopes(heads, maxBias), [1, heads, 1, 1]));
  });
}

/**
 * One slope a head. When heads are not a power of two, those of the next power of two are used: every second one from
 * the second on, then those between, as in the original implementation.
 */
export function alibiSlopes(heads: number, maxBias = 8): readonly number[] {
  const count = 2 ** Math.ceil(Math.log2(heads));
  const slopes = Array.from({ length: count }, (_, index) => 2 ** ((-maxBias * (index + 1)) / count));
  if (count === heads) return slopes;
  const second = slopes.filter((_slope, index) => index % 2 === 1);
  const first = slopes.filter((_slope, index) => index % 2 === 0);
  return [...second, ...first].slice(0, heads);
}
