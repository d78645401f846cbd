import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { ROWS } from '../sentences/interpolate-rows.ts';
import { canonicalDim } from '../shape/dim.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { InterpolatedRows } from '../types/shape/interpolate-rows.ts';
import { add } from './add.ts';
import { arange } from './arange.ts';
import { cast } from './cast.ts';
import { greater } from './comparison.ts';
import { divide } from './divide.ts';
import { gather } from './gather.ts';
import { maximum } from './maximum.ts';
import { minimum } from './minimum.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { checkDtype, FLOATS, required } from './shared/inputs.ts';
import { sizeOf } from './size-of.ts';
import { slice } from './slice.ts';
import { subtract } from './subtract.ts';
import { floor } from './unary.ts';
import { where } from './where.ts';

export const interpolateRowsOperator = defineOperator<{ count: Dim }>({
  name: 'interpolateRows',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { count }) {
    const rows = required('interpolateRows', inputs, 0, 'rows');
    checkDtype('interpolateRows', 'rows', rows, FLOATS);
    const [known, dim] = rows.shape;
    if (rows.shape.length !== 2 || typeof known !== 'number' || known < 1 || dim === undefined) {
      return fail(sentence(ROWS, { rows: describeShape(rows.shape) }));
    }
    return [{ dtype: rows.dtype, shape: [canonicalDim(count), dim] }];
  },
  gradient: 'through decomposition',
  decompose(inputs, { count }) {
    const rows = required('interpolateRows', inputs, 0, 'rows');
    const known = Number(rows.shape[0]);
    if (typeof count === 'number' && count <= known) return [slice(rows, 0, 0, count)];
    const last = known - 1;
    const index = cast(arange(count), 'float32');
    const wanted = cast(sizeOf(count), 'float32');
    // Multiplied before it is divided, so that the last place is exactly the last row.
    const spread = divide(multiply(index, last), maximum(subtract(wanted, 1), 1));
    const place = where(greater(wanted, known), spread, index);
    const below = floor(place);
    const above = minimum(add(below, 1), last);
    const share = cast(reshape(subtract(place, below), [count, 1]), rows.dtype);
    return [
      add(
        multiply(gather(rows, cast(below, 'int64')), subtract(1, share)),
        multiply(gather(rows, cast(above, 'int64')), share),
      ),
    ];
  },
});

/**
 * Learned rows for any number of places, such as temporal embeddings for a video's frames: the first `count` rows
 * where there are enough, otherwise all of them stretched linearly, the first and last kept. The Flamingo paper
 * (arXiv 2204.14198, section 3.1.1) does so for videos longer than those it was trained on.
 *
 * @param rows `[known, dim]`
 * @param count may be open: `'frames'`
 * @returns `[count, dim]`
 */
export function interpolateRows<D extends Dtype, S extends Shape, Count extends Dim>(
  rows: Checked<InterpolatedRows<D, S, Count>, Tensor<D, S>>,
  count: Count,
): Result<D, InterpolatedRows<D, S, Count>>;
export function interpolateRows(rows: Tensor, count: Dim): Tensor {
  return apply(interpolateRowsOperator, [rows], { count });
}
