import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { fail } from '../operator.ts';
import { DEPTH } from '../sentences/one-hot.ts';
import { canonicalDim, isOpen } from '../shape/dim.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Depth, OneHot } from '../types/shape/one-hot.ts';
import { arange } from './arange.ts';
import { cast } from './cast.ts';
import { equal } from './comparison.ts';
import { reshape } from './reshape.ts';
import { checkDtype } from './shared/inputs.ts';

/**
 * For each index a row of zeros with a one at that place: `[...]` gives `[..., depth]`. An index below 0, or from
 * `depth` on, gives zeros alone, where PyTorch refuses it.
 *
 * @param indices int64 or int32 of any shape
 * @param depth the length of a row; may be open
 * @param dtype default `float32` (PyTorch: int64)
 * @throws ModelError when the depth is below 1
 */
export function oneHot<I extends Dtype, S extends Shape, N extends Dim, D extends Dtype = 'float32'>(
  indices: Checked<Accept<'oneHot', 'indices', I, 'int64 or int32'>, Tensor<I, S>>,
  depth: Checked<Depth<N>, N>,
  dtype?: D,
): Result<D, Both<Accept<'oneHot', 'indices', I, 'int64 or int32'>, OneHot<S, N>>>;
export function oneHot(indices: Tensor, depth: Dim, dtype: Dtype = 'float32'): Tensor {
  return atCallSite(() => {
    checkDtype('oneHot', 'indices', indices, ['int64', 'int32']);
    const size = canonicalDim(depth);
    if (!isOpen(size) && Number(size) < 1) fail(sentence(DEPTH, { depth: size }));
    const places = reshape(cast(indices, 'int64'), [...indices.shape, 1]);
    return cast(equal(places, arange(size)), dtype);
  });
}
