import type { Emitter } from '../../dsl/emitter.ts';
import { apply, defineOperator, fail } from '../../dsl/operator.ts';
import { add } from '../../dsl/operators/add.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { divide } from '../../dsl/operators/divide.ts';
import { matmul } from '../../dsl/operators/matmul.ts';
import { maximum } from '../../dsl/operators/maximum.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import { reduceMax } from '../../dsl/operators/reduce.ts';
import { checkDtype, type NoAttributes, required } from '../../dsl/operators/shared/inputs.ts';
import { abs, floor } from '../../dsl/operators/unary.ts';
import { multiplyDims } from '../../dsl/shape/dim.ts';
import { linearShape } from '../../dsl/shape/linear.ts';
import type { Tensor } from '../../dsl/tensor.ts';

/** The largest number that a row's farthest value becomes, on either side of zero. */
const LEVELS = 127;
/** The same where a machine's products of whole numbers do not hold 8 bits (`exactProducts`): 7 bits. */
const FEWER_LEVELS = 63;
/** A row of zeros is divided by this. */
const SMALLEST_STEP = 1e-30;

/** Widths whose sums of products fit into 32 bits whatever the numbers: `width * 255 * 128 < 2 ** 31`. */
export const WIDEST_INT8 = 65_536;

/**
 * `linear` in whole numbers: each row of x (a token, a patch) is rounded to 8 bits by a scale of its own, its farthest
 * value becoming ±127, multiplied with a weight of 8 bits with one scale for each output feature, and added up in 32
 * bits, exactly. An answer is the same whatever rows are computed beside it, to the last bit.
 * ONNX Runtime's MatMulIntegerToFloat; rows are rounded once for all products that read them.
 */
export const int8LinearOperator = defineOperator<NoAttributes>({
  name: 'int8Linear',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs) {
    const x = required('int8Linear', inputs, 0, 'x');
    const values = required('int8Linear', inputs, 1, 'values');
    const scales = required('int8Linear', inputs, 2, 'scales');
    checkDtype('int8Linear', 'x', x, ['float32']);
    checkDtype('int8Linear', 'values', values, ['int8']);
    checkDtype('int8Linear', 'scales', scales, ['float32']);
    const [width = 0, features = 0] = values.shape;
    if (scales.shape.join() !== String(features)) {
      fail(
        `int8Linear: weights [${values.shape.join(', ')}] have scales [${features}], but they are [${scales.shape.join(', ')}]`,
      );
    }
    return [{ dtype: 'float32', shape: linearShape(x.shape, [features, width], inputs[3]?.shape) }];
  },
  multiplyAdds: (inputs, _attributes, [output]) =>
    multiplyDims(...(output?.shape ?? []), inputs[1]?.shape[0] ?? 1),
  lower(emit, [x, values, scales, bias], { inputs }) {
    const step = emit.once(`step of ${x}`, () => stepOfRows(emit, x));
    const numbers = emit.once(`numbers of ${x}`, () => {
      const width = Number(inputs[1]?.shape[0]);
      const steps = [...(inputs[0]?.shape.slice(0, -1) ?? []), 1];
      const zeros = emit.once(`int8 zeros [${steps.join(',')}]`, () =>
        emit.node('Expand', [zeroPoint(emit), emit.shape(steps)]),
      );
      return emit.node('QuantizeLinear', [x, step, zeros], { axis: -1, block_size: width });
    });
    const one = emit.scalar(1, 'float32');
    const whole = emit.node(
      'MatMulIntegerToFloat',
      [numbers, values, one, scales, zeroPoint(emit)],
      {},
      'com.microsoft',
    );
    const product = emit.node('Mul', [whole, step]);
    return [bias === undefined ? product : emit.node('Add', [product, bias])];
  },
  decompose(inputs) {
    const x = required('int8Linear', inputs, 0, 'x');
    const values = required('int8Linear', inputs, 1, 'values');
    const scales = required('int8Linear', inputs, 2, 'scales');
    const bias = inputs[3];
    const farthest = reduceMax(abs(x), [-1], true);
    const step = maximum(divide(farthest, LEVELS), SMALLEST_STEP);
    const numbers = floor(add(divide(x, step), 0.5));
    const product = multiply(multiply(matmul(numbers, cast(values, 'float32')), scales), step);
    return [bias === undefined ? product : add(product, bias)];
  },
});

/**
 * `x @ W + bias` where column j of W is `scales[j] * values[:, j]`: x `[..., width]` float32, values `[width, out]` int8,
 * scales and bias `[out]` give `[..., out]`.
 */
export function int8Linear([x, values, scales, bias]: readonly [
  x: Tensor,
  values: Tensor,
  scales: Tensor,
  bias?: Tensor | undefined,
]): Tensor {
  return apply(int8LinearOperator, bias === undefined ? [x, values, scales] : [x, values, scales, bias], {});
}

/** What one number of each row stands for, `[..., 1]`. */
function stepOfRows(emit: Emitter<Tensor>, x: string | undefined): string {
  const axes = emit.constant(BigInt64Array.of(-1n), [1]);
  const farthest = emit.node('ReduceMax', [emit.node('Abs', [x]), axes], { keepdims: 1 });
  const step = emit.node('Div', [farthest, levels(emit)]);
  return emit.node('Max', [step, emit.scalar(SMALLEST_STEP, 'float32')]);
}

/** The number that stands for zero: rows are unsigned, for which processors have instructions. */
function zeroPoint(emit: Emitter<Tensor>): string {
  return emit.once('int8 zero point', () => {
    const [most, fewer] = [LEVELS + 1, FEWER_LEVELS + 1].map((each) => emit.scalar(each, 'uint8'));
    return emit.node('Where', [exactProducts(emit), most, fewer]);
  });
}

function levels(emit: Emitter<Tensor>): string {
  return emit.once('int8 levels', () => {
    const [most, fewer] = [LEVELS, FEWER_LEVELS].map((each) => emit.scalar(each, 'float32'));
    return emit.node('Where', [exactProducts(emit), most, fewer]);
  });
}

/**
 * Whether this machine adds up products of 8 bits exactly. On x86 without VNNI, ONNX Runtime adds two in 16 bits, where
 * they are cut off; a graph asks by a product of the largest numbers, which ONNX Runtime computes once, when it
 * loads it. With 7 bits on one side two products fit into 16 bits.
 */
function exactProducts(emit: Emitter<Tensor>): string {
  return emit.once('int8 products are exact', () => {
    const [rows, width, columns] = [8, 64, 32];
    const left = emit.constant(new Uint8Array(rows * width).fill(255), [rows, width], 'uint8');
    const right = emit.constant(new Uint8Array(width * columns).fill(127), [width, columns], 'int8');
    const product = emit.node('MatMulInteger', [left, right]);
    const least = emit.node('ReduceMin', [product], { keepdims: 0 });
    return emit.node('Equal', [least, emit.scalar(width * 255 * 127, 'int32')]);
  });
}
