import { abs, add, divide, square, type Tensor } from 'flamingo-onnx/dsl';
import { apply, checkDtype, defineOperator, FLOATS, type NoAttributes, required } from 'flamingo-onnx/extend';

export const softsignOperator = defineOperator<NoAttributes>({
  name: 'softsign',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('softsign', inputs, 0, 'x');
    checkDtype('softsign', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs) => [emit.node('Softsign', inputs)],
  gradient: ({ cotangent, input }) => [divide(cotangent, square(add(abs(input(0)), 1)))],
  decompose(inputs) {
    const x = required('softsign', inputs, 0, 'x');
    return [divide(x, add(abs(x), 1))];
  },
});

/** `x / (1 + |x|)`. */
export const softsign = (x: Tensor): Tensor => apply(softsignOperator, [x], {});

/** The same by hand, which the rule finds. */
export const softsignByHand = (x: Tensor): Tensor => divide(x, add(abs(x), 1));
