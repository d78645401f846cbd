import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { MATRIX_RANK } from '../sentences/matrices.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Matrices } from '../types/shape/matrices.ts';
import { add } from './add.ts';
import { arange } from './arange.ts';
import { greaterOrEqual, lessOrEqual } from './comparison.ts';
import { and } from './logical.ts';
import { reshape } from './reshape.ts';
import { where } from './where.ts';

/**
 * The lower triangle of the last two axes: zeros (of bool: false) above a diagonal. `tril` of ones is a causal mask.
 *
 * @param x at least 2 axes, whose sizes may be open
 * @param diagonal how far above the main diagonal (negative: below) what is kept ends; default 0
 * @throws ModelError when x has fewer than 2 axes
 */
export function tril<D extends Dtype, S extends Shape>(
  x: Checked<Matrices<'tril', S>, Tensor<D, S>>,
  diagonal?: number,
): Result<D, Matrices<'tril', S>>;
export function tril(x: Tensor, diagonal = 0): Tensor {
  return triangle('tril', x, diagonal, lessOrEqual);
}

/** The upper triangle of the last two axes: zeros (of bool: false) below a diagonal; otherwise as `tril`. */
export function triu<D extends Dtype, S extends Shape>(
  x: Checked<Matrices<'triu', S>, Tensor<D, S>>,
  diagonal?: number,
): Result<D, Matrices<'triu', S>>;
export function triu(x: Tensor, diagonal = 0): Tensor {
  return triangle('triu', x, diagonal, greaterOrEqual);
}

function triangle(
  name: string,
  x: Tensor,
  diagonal: number,
  keeps: (column: Tensor, last: Tensor) => Tensor,
): Tensor {
  return atCallSite(() => {
    const [rows, columns] = x.shape.slice(-2);
    if (rows === undefined || columns === undefined)
      return fail(sentence(MATRIX_RANK, { operator: name, x: describeShape(x.shape) }));
    if (!Number.isSafeInteger(diagonal))
      fail(`${name}: the diagonal must be a whole number, but it is ${diagonal}`);
    const kept = keeps(arange(columns), add(reshape(arange(rows), [rows, 1]), diagonal));
    return x.dtype === 'bool' ? and(x, kept) : where(kept, x, 0);
  });
}
