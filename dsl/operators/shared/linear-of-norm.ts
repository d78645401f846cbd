import { apply, defineOperator } from '../../operator.ts';
import { multiplyDims } from '../../shape/dim.ts';
import { linearShape } from '../../shape/linear.ts';
import type { Dim, Tensor } from '../../tensor.ts';
import { add } from '../add.ts';
import { cast } from '../cast.ts';
import { divide } from '../divide.ts';
import { layerNormalize } from '../layer-normalize.ts';
import { linear } from '../linear.ts';
import { matmul } from '../matmul.ts';
import { multiply } from '../multiply.ts';
import { reduceSum } from '../reduce.ts';
import { reshape } from '../reshape.ts';
import { sizeOf } from '../size-of.ts';
import { subtract } from '../subtract.ts';
import { transpose } from '../transpose.ts';
import { required } from './inputs.ts';
import { standardize } from './standardize.ts';

/**
 * Inputs: rows, normWeight, weight, normBias?, bias?, shift?. It stands for what its decomposition says, with gradients
 * for rows that have none: those of the norm and of the shift are sums over all rows, which are taken before anything is
 * multiplied by the weight. The product of the rows' cotangent with the weight, as large as the forward one, falls away.
 */
export const linearOfNormOperator = defineOperator<{ epsilon: number }>({
  name: 'linearOfNorm',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const rows = required('linearOfNorm', inputs, 0, 'the rows');
    const weight = required('linearOfNorm', inputs, 2, 'the weight');
    return [{ dtype: rows.dtype, shape: linearShape(rows.shape, weight.shape) }];
  },
  gradient({ inputs, input, result, cotangent, needed, attributes }) {
    if (needed[0] === true) return 'through decomposition';
    const [rows, normWeight, weight] = [input(0), input(1), input(2)];
    const [, , , normBias, bias, shift] = inputs;
    const [normalised, inverse] = standardize(shift === undefined ? rows : add(rows, shift), attributes);
    const down = matrix(cotangent);
    const product = matmul(transpose(down), matrix(normalised));
    const sum = reduceSum(down, [0]);
    const scaled = multiply(product, normWeight);
    const ofNormWeight = reduceSum(multiply(product, weight), [0]);
    const ofNormBias = reshape(matmul(row(sum), weight), normWeight.shape);
    const ofWeight = normBias === undefined ? scaled : add(scaled, multiply(column(sum), normBias));

    // Of each row x the norm leaves inverse * (g - mean(g) - normalised * mean(g * normalised)), g being x's cotangent there.
    const share = divide(1, cast(sizeOf(rows.shape.at(-1) ?? 1), rows.dtype));
    const inverses = matrix(inverse);
    const weighted = matmul(reshape(inverse, [1, rowsOf(inverse)]), down);
    const whole = multiply(matmul(weighted, weight), normWeight);
    const mean = multiply(matmul(weighted, matmul(weight, column(normWeight))), share);
    // What the biases add to the result, which g * normalised is not to hold.
    const ofNorm = normBias === undefined ? undefined : matmul(weight, column(normBias));
    const added = ofNorm === undefined ? bias && column(bias) : bias ? add(ofNorm, column(bias)) : ofNorm;
    const products = reduceSum(multiply(down, matrix(result)), [1], true);
    const length = added === undefined ? products : subtract(products, matmul(down, added));
    const lengths = reshape(multiply(multiply(length, inverses), share), [1, rowsOf(inverse)]);
    const alongRows = matmul(lengths, matrix(normalised));
    const ofShift = reshape(subtract(subtract(whole, mean), alongRows), normWeight.shape);
    return [undefined, ofNormWeight, ofWeight, ofNormBias, sum, ofShift];
  },
  decompose(inputs, { epsilon }) {
    const rows = required('linearOfNorm', inputs, 0, 'the rows');
    const normWeight = required('linearOfNorm', inputs, 1, "the norm's weight");
    const weight = required('linearOfNorm', inputs, 2, 'the weight');
    const [, , , normBias, bias, shift] = inputs;
    const shifted = shift === undefined ? rows : add(rows, shift);
    return [linear(layerNormalize(shifted, normWeight, normBias, epsilon), weight, bias)];
  },
});

export interface LinearOfNorm {
  /** `[..., in]`, which is not differentiated by. */
  readonly rows: Tensor;
  /** Of the norm, `[in]`. */
  readonly normWeight: Tensor;
  readonly normBias: Tensor | undefined;
  readonly epsilon: number;
  /** `[out, in]`. */
  readonly weight: Tensor;
  /** `[out]`. */
  readonly bias: Tensor | undefined;
  /** Added to each row, `[in]`. */
  readonly shift: Tensor | undefined;
}

/** `linear(layerNormalize(rows + shift, normWeight, normBias), weight, bias)`. */
export function linearOfNorm(of: LinearOfNorm): Tensor {
  const { rows, normWeight, normBias, epsilon, weight, bias, shift } = of;
  return apply(linearOfNormOperator, [rows, normWeight, weight, normBias, bias, shift], { epsilon });
}

function matrix(x: Tensor): Tensor {
  return reshape(x, [rowsOf(x), x.shape.at(-1) ?? 1]);
}

function rowsOf({ shape }: Tensor): Dim {
  return multiplyDims(...shape.slice(0, -1));
}

function row(x: Tensor): Tensor {
  return reshape(x, [1, sizeOfVector(x)]);
}

function column(x: Tensor): Tensor {
  return reshape(x, [sizeOfVector(x), 1]);
}

function sizeOfVector({ shape: [size = 1] }: Tensor): Dim {
  return size;
}
