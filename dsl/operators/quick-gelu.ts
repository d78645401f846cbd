import { defineOperator } from '../operator.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { sigmoid } from './sigmoid.ts';
import { subtract } from './subtract.ts';

const SLOPE = 1.702;

export const quickGeluOperator = defineOperator<NoAttributes>({
  name: 'quickGelu',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs) {
    const x = required('quickGelu', inputs, 0, 'x');
    checkDtype('quickGelu', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs) => [emit.node('QuickGelu', inputs, { alpha: { float: SLOPE } }, 'com.microsoft')],
  gradient({ cotangent, input }) {
    const x = input(0);
    const steep = multiply(x, SLOPE);
    const share = sigmoid(steep);
    return [multiply(cotangent, multiply(share, add(multiply(steep, subtract(1, share)), 1)))];
  },
  decompose(inputs) {
    const x = required('quickGelu', inputs, 0, 'x');
    return [multiply(x, sigmoid(multiply(x, SLOPE)))];
  },
});

/** `x * sigmoid(1.702 x)`: the approximation of GELU that OpenAI's CLIP was trained with. */
export const quickGelu = elementwise('quickGelu', 'a float dtype', quickGeluOperator);
