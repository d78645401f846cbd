import { defineOperator } from '../operator.ts';
import { add } from './add.ts';
import { maximum } from './maximum.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, type NoAttributes, required } from './shared/inputs.ts';
import { elementwise } from './shared/same-shape.ts';
import { sigmoid } from './sigmoid.ts';
import { abs, exp, log, neg } from './unary.ts';

export const softplusOperator = defineOperator<NoAttributes>({
  name: 'softplus',
  // ONNX Runtime's kernel on the CPU takes float32 alone.
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const x = required('softplus', inputs, 0, 'x');
    checkDtype('softplus', 'x', x, FLOATS);
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (emit, inputs) => [emit.node('Softplus', inputs)],
  gradient: ({ cotangent, input }) => [multiply(cotangent, sigmoid(input(0)))],
  // No exponential of what is above 0, so that nothing overflows.
  decompose(inputs) {
    const x = required('softplus', inputs, 0, 'x');
    return [add(maximum(x, 0), log(add(exp(neg(abs(x))), 1)))];
  },
});

/**
 * `log(1 + exp(x))`, a smooth `relu`, which is above 0 everywhere: step sizes of state-space models (Mamba, Gu and Dao 2023,
 * arXiv 2312.00752). `-softplus(-x)` is the logarithm of `sigmoid(x)`, of which losses are made (SigLIP, Zhai et al. 2023,
 * arXiv 2303.15343). It does not overflow.
 */
export const softplus = elementwise('softplus', 'a float dtype', softplusOperator);
