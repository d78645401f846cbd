import { apply, defineOperator } from '../../operator.ts';
import { broadcastShapes } from '../../shape/broadcast.ts';
import { matmulShape } from '../../shape/matmul.ts';
import type { Tensor } from '../../tensor.ts';
import { matmul } from '../matmul.ts';
import { matmulTransposed } from '../matmul-transposed.ts';
import { multiply } from '../multiply.ts';
import { reduceSum } from '../reduce.ts';
import { softmax } from '../softmax.ts';
import { subtract } from '../subtract.ts';
import { transpose } from '../transpose.ts';
import { where } from '../where.ts';
import { type NoAttributes, required } from './inputs.ts';

/** Inputs: scores, values, allowed?. Passes and reports see it in attention that is differentiated; it has no kernel. */
const weightedValuesOperator = defineOperator<NoAttributes>({
  name: 'weightedValues',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const scores = required('weightedValues', inputs, 0, 'the scores');
    const values = required('weightedValues', inputs, 1, 'the values');
    const shape =
      inputs[2] === undefined
        ? scores.shape
        : broadcastShapes('weightedValues', scores.shape, inputs[2].shape);
    return [{ dtype: scores.dtype, shape: matmulShape(shape, values.shape) }];
  },
  /*
   * A share of zero passes nothing on, so the mask has no place here. A row's shares weigh what comes back to them to
   * the product of its result and that result's cotangent (Dao et al. 2022, arXiv 2205.14135, appendix B.2), which is
   * shorter than a row of shares.
   */
  gradient({ input, inputs, result, cotangent }) {
    const shares = sharesOf(input(0), inputs[2]);
    const balance = reduceSum(multiply(cotangent, result), [-1], true);
    const ofScores = multiply(shares, subtract(matmulTransposed(cotangent, input(1)), balance));
    return [ofScores, matmul(transpose(shares), cotangent)];
  },
  decompose: (inputs) => [
    matmul(
      sharesOf(required('weightedValues', inputs, 0, 'the scores'), inputs[2]),
      required('weightedValues', inputs, 1, 'the values'),
    ),
  ],
});

/**
 * The end of attention: `softmax(scores, over allowed keys) @ values`, zeros for a query that may attend to nothing.
 *
 * @param scores `[...batch, queries, keys]`
 * @param values `[...batch, keys, headDim]`
 * @param allowed bool that broadcasts with the scores; default all
 */
export function weightedValues(scores: Tensor, values: Tensor, allowed: Tensor | undefined): Tensor {
  return apply(
    weightedValuesOperator,
    allowed === undefined ? [scores, values] : [scores, values, allowed],
    {},
  );
}

function sharesOf(scores: Tensor, allowed: Tensor | undefined): Tensor {
  if (allowed === undefined) return softmax(scores);
  // A row without any allowed key comes out of the softmax even; the second choice makes it zero.
  const hidden = scores.dtype === 'float16' ? -65504 : -3e38;
  return where(allowed, softmax(where(allowed, scores, hidden)), 0);
}
