import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { FloatShape, LastAxis } from '../types/shape/last-axis.ts';
import { add } from './add.ts';
import { gelu } from './gelu.ts';
import { checkDtype, FLOATS, type NoAttributes, required, sameDtype } from './shared/inputs.ts';
import { checkLastAxis } from './shared/last-axis.ts';

export const biasGeluOperator = defineOperator<NoAttributes>({
  name: 'biasGelu',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs) {
    const x = required('biasGelu', inputs, 0, 'x');
    const bias = required('biasGelu', inputs, 1, 'bias');
    const dtype = sameDtype('biasGelu', x, bias);
    checkDtype('biasGelu', 'x', x, FLOATS);
    checkLastAxis('biasGelu', x, 'bias', bias);
    return [{ dtype, shape: x.shape }];
  },
  lower: (emit, inputs) => [emit.node('BiasGelu', inputs, {}, 'com.microsoft')],
  gradient: 'through decomposition',
  decompose: (inputs) => [
    gelu(add(required('biasGelu', inputs, 0, 'x'), required('biasGelu', inputs, 1, 'bias'))),
  ],
});

/** `gelu(x + bias)` in one pass: x `[..., dim]`, bias `[dim]`. ONNX Runtime's BiasGelu. */
export function biasGelu<X extends Tensor, B extends Tensor>(
  x: Checked<FloatShape<'biasGelu', X>, X>,
  bias: Checked<LastAxis<'biasGelu', X, 'bias', B>, B>,
): Result<DtypeOfTensor<X>, Both<FloatShape<'biasGelu', X>, LastAxis<'biasGelu', X, 'bias', B>>>;
export function biasGelu(x: Tensor, bias: Tensor): Tensor {
  return apply(biasGeluOperator, [x, bias], {});
}
