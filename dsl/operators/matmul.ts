import { apply, defineOperator } from '../operator.ts';
import { multiplyDims } from '../shape/dim.ts';
import { matmulShape } from '../shape/matmul.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Matmul } from '../types/shape/matmul.ts';
import { checkDtype, FLOATS, type NoAttributes, required, sameDtype } from './shared/inputs.ts';
import { transpose } from './transpose.ts';

export const matmulOperator = defineOperator<NoAttributes>({
  name: 'matmul',
  computesIn: 'half',
  movement: 'none',
  weight: '[in, out]',
  infer(inputs) {
    const left = required('matmul', inputs, 0, 'the left operand');
    const right = required('matmul', inputs, 1, 'the right operand');
    const dtype = sameDtype('matmul', left, right);
    checkDtype('matmul', 'the left operand', left, FLOATS);
    return [{ dtype, shape: matmulShape(left.shape, right.shape) }];
  },
  multiplyAdds: (inputs, _attributes, [output]) =>
    multiplyDims(...(output?.shape ?? []), inputs[0]?.shape.at(-1) ?? 1),
  gradient({ cotangent, input }) {
    return [matmul(cotangent, transpose(input(1))), matmul(transpose(input(0)), cotangent)];
  },
  lower: (emit, inputs) => [emit.node('MatMul', inputs)],
});

/** The matrix product `[...batch, rows, inner] x [...batch, inner, columns]`; the batch axes broadcast. */
export function matmul<L extends Tensor, R extends Tensor>(
  left: L,
  right: Checked<Matmul<L, R>, R>,
): Result<DtypeOfTensor<L>, Matmul<L, R>>;
export function matmul(left: Tensor, right: Tensor): Tensor {
  return apply(matmulOperator, [left, right], {});
}
