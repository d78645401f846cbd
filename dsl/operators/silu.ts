import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { sigmoid } from './sigmoid.ts';
import { subtract } from './subtract.ts';

export const siluOperator = defineOperator<NoAttributes>({
  name: 'silu',
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
export const silu = (x: Tensor): Tensor => apply(siluOperator, [x], {});
