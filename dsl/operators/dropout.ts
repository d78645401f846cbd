import type { Dtype } from '../dtype.ts';
import { apply, defineOperator, fail } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, required } from './shared/inputs.ts';
import { where } from './where.ts';

export const dropoutOperator = defineOperator<{ rate: number }>({
  name: 'dropout',
  computesIn: 'half',
  // In answers it is not there.
  movement: ({ inputs: [x] }) => x,
  weight: 'none',
  infer(inputs, { rate }) {
    const x = required('dropout', inputs, 0, 'x');
    checkDtype('dropout', 'x', x, FLOATS);
    if (!(rate >= 0 && rate < 1)) fail(`dropout: the rate must be from 0 to less than 1, but it is ${rate}`);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  decompose: (inputs) => [required('dropout', inputs, 0, 'x')],
  gradient: 'through decomposition',
  inTraining({ inputs: [x], attributes: { rate } }, training) {
    if (x === undefined || rate === 0) return undefined;
    const kept = training.bernoulli(1 - rate, x.shape);
    return [where(kept, multiply(x, 1 / (1 - rate)), 0)];
  },
});

/**
 * While a recipe trains: each element becomes 0 by itself with a probability, others at every step, and the rest are
 * scaled up so that the mean stays (Srivastava et al. 2014, JMLR 15). In a compiled model, and in a recipe's evaluation,
 * x itself. Which elements is decided by the recipe's seed, the step and the place in the model: a run that is resumed
 * goes on as if it had not been stopped.
 *
 * @param rate the probability, from 0 to less than 1
 * @throws ModelError for another rate
 */
export function dropout<D extends Dtype, S extends Shape>(
  x: Checked<Accept<'dropout', 'x', D, 'a float dtype'>, Tensor<D, S>>,
  rate: number,
): Result<D, Accept<'dropout', 'x', D, 'a float dtype', S>>;
export function dropout(x: Tensor, rate: number): Tensor {
  return apply(dropoutOperator, [x], { rate });
}
