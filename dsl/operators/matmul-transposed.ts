import { apply, defineOperator } from '../operator.ts';
import { multiplyDims } from '../shape/dim.ts';
import { matmulShape } from '../shape/matmul.ts';
import { transposeShape } from '../shape/transpose.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { MatmulTransposed } from '../types/shape/matmul.ts';
import { matmul } from './matmul.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { lowerMatmulTransposed } from './shared/matmul-transposed-lowering.ts';
import { named } from './shared/names.ts';
import { lastTwoSwapped, transpose } from './transpose.ts';

export const matmulTransposedOperator = defineOperator<{ scale: number }>({
  name: 'matmulTransposed',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs) {
    const left = required('matmulTransposed', inputs, 0, 'the left operand');
    const right = required('matmulTransposed', inputs, 1, 'the right operand');
    const dtype = sameDtype('matmulTransposed', left, right);
    checkDtype('matmulTransposed', 'the left operand', left, FLOATS);
    const turned = transposeShape(right.shape, lastTwoSwapped(right.shape.length));
    return [{ dtype, shape: matmulShape(left.shape, turned) }];
  },
  multiplyAdds: (inputs, _attributes, [output]) =>
    multiplyDims(...(output?.shape ?? []), inputs[0]?.shape.at(-1) ?? 1),
  lower(emit, names, { attributes: { scale }, inputs: [, right] }) {
    const options = { scale, rank: right?.shape.length ?? 0, dtype: right?.dtype ?? 'float32' };
    return [lowerMatmulTransposed(emit, named(names, 0), named(names, 1), options)];
  },
  gradient({ cotangent, input, attributes: { scale } }) {
    const scaled = (product: Tensor) => (scale === 1 ? product : multiply(product, scale));
    return [scaled(matmul(cotangent, input(1))), scaled(matmul(transpose(cotangent), input(0)))];
  },
  decompose(inputs, { scale }) {
    const left = required('matmulTransposed', inputs, 0, 'the left operand');
    const right = required('matmulTransposed', inputs, 1, 'the right operand');
    const product = matmul(left, transpose(right));
    return [scale === 1 ? product : multiply(product, scale)];
  },
});

/**
 * `scale * (left @ right^T)`: `[...batch, rows, inner] x [...batch, columns, inner]`, without turning the right
 * operand around in memory. ONNX Runtime's FusedMatMul.
 *
 * @param scale default 1
 */
export function matmulTransposed<L extends Tensor, R extends Tensor>(
  left: L,
  right: Checked<MatmulTransposed<L, R>, R>,
  scale?: number,
): Result<DtypeOfTensor<L>, MatmulTransposed<L, R>>;
export function matmulTransposed(left: Tensor, right: Tensor, scale = 1): Tensor {
  return apply(matmulTransposedOperator, [left, right], { scale });
}
