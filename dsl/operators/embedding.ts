import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { ROW_TABLE } from '../sentences/embedding.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Accept, DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Rows, RowTable } from '../types/shape/gather.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { gather } from './gather.ts';

/**
 * The learned row of every token: weight `[vocabulary, dim]`, tokens int64 of any shape `[...]`, result `[..., dim]`.
 * A `gather` of the weight's rows.
 *
 * @throws ModelError when the weight does not have 2 axes or the tokens are not integers
 */
export function embedding<D extends Dtype, W extends Shape, I extends Tensor>(
  weight: Checked<RowTable<W>, Tensor<D, W>>,
  tokens: Checked<Accept<'gather', 'indices', DtypeOfTensor<I>, 'int64 or int32'>, I>,
): Result<
  D,
  Both<
    RowTable<W>,
    Accept<'gather', 'indices', DtypeOfTensor<I>, 'int64 or int32', Rows<W, ShapeOfTensor<I>>>
  >
>;
export function embedding(weight: Tensor, tokens: Tensor): Tensor {
  return atCallSite(() => {
    if (weight.shape.length !== 2) {
      fail(sentence(ROW_TABLE, { weight: describeShape(weight.shape) }));
    }
    return gather(weight, tokens, 0);
  });
}
