import { defineOperator } from '../operator.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { sigmoid } from './sigmoid.ts';
import { subtract } from './subtract.ts';

export const siluOperator = defineOperator<NoAttributes>({
  name: 'silu',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs) {
    const x = required('silu', inputs, 0, 'x');
    checkDtype('silu', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  // ONNX Runtime's QuickGelu is x * sigmoid(alpha x) in one pass.
  lower: (emit, inputs) => [emit.node('QuickGelu', inputs, { alpha: { float: 1 } }, 'com.microsoft')],
  gradient({ cotangent, input }) {
    const x = input(0);
    const share = sigmoid(x);
    return [multiply(cotangent, multiply(share, add(multiply(x, subtract(1, share)), 1)))];
  },
  decompose(inputs) {
    const x = required('silu', inputs, 0, 'x');
    return [multiply(x, sigmoid(x))];
  },
});

/** `x * sigmoid(x)`, also called Swish: the activation of LLaMA's gated feed-forward. */
export const silu = elementwise('silu', 'a float dtype', siluOperator);
