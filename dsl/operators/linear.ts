import { apply, defineOperator } from '../operator.ts';
import { multiplyDims } from '../shape/dim.ts';
import { linearShape } from '../shape/linear.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Linear, OutputBias } from '../types/shape/linear.ts';
import { add } from './add.ts';
import { matmul } from './matmul.ts';
import { lowerReshape, reshape } from './reshape.ts';
import { checkDtype, FLOATS, type NoAttributes, required, sameDtype } from './shared/inputs.ts';
import { named } from './shared/names.ts';
import { transpose } from './transpose.ts';

export const linearOperator = defineOperator<NoAttributes>({
  name: 'linear',
  computesIn: 'half',
  movement: 'none',
  weight: '[out, in]',
  fused: true,
  infer(inputs) {
    const x = required('linear', inputs, 0, 'x');
    const weight = required('linear', inputs, 1, 'weight');
    const dtype = sameDtype('linear', x, weight, inputs[2]);
    checkDtype('linear', 'x', x, FLOATS);
    return [{ dtype, shape: linearShape(x.shape, weight.shape, inputs[2]?.shape) }];
  },
  multiplyAdds: (inputs, _attributes, [output]) =>
    multiplyDims(...(output?.shape ?? []), inputs[0]?.shape.at(-1) ?? 1),
  // Both take the weight as it is stored, [out, in]: no transposed copy is made when the model loads.
  lower(emit, names, { inputs: [x], outputs: [result] }) {
    const [, weight, bias] = names;
    if (emit.hasKernel('FusedMatMul', [names[0], weight], 'com.microsoft')) {
      const product = emit.node('FusedMatMul', [names[0], weight], { transB: 1 }, 'com.microsoft');
      return [bias === undefined ? product : emit.node('Add', [product, bias])];
    }
    const [from, to] = [x?.shape ?? [], result?.shape ?? []];
    const rows = multiplyDims(...from.slice(0, -1));
    const matrix = lowerReshape(emit, named(names, 0), from, [rows, from.at(-1) ?? 1]);
    const product = emit.node('Gemm', [matrix, weight, bias], { transB: 1 });
    return [lowerReshape(emit, product, [rows, to.at(-1) ?? 1], to)];
  },
  gradient({ cotangent, input }) {
    const [x, weight] = [input(0), input(1)];
    const rows = (tensor: Tensor) =>
      reshape(tensor, [multiplyDims(...tensor.shape.slice(0, -1)), tensor.shape.at(-1) ?? 1]);
    const down = rows(cotangent);
    const ofX = x.shape.length === 1 ? reshape(matmul(down, weight), x.shape) : matmul(cotangent, weight);
    return [ofX, matmul(transpose(down), rows(x)), down];
  },
  decompose(inputs) {
    const x = required('linear', inputs, 0, 'x');
    const turned = transpose(required('linear', inputs, 1, 'weight'));
    const product =
      x.shape.length === 1
        ? reshape(matmul(reshape(x, [1, ...x.shape]), turned), turned.shape.slice(1))
        : matmul(x, turned);
    const bias = inputs[2];
    return [bias === undefined ? product : add(product, bias)];
  },
});

/**
 * `x @ weight^T + bias`: x `[..., in]`, weight `[out, in]` (PyTorch's layout), bias `[out]` give `[..., out]`.
 *
 * @param bias default none
 */
export function linear<X extends Tensor, W extends Tensor, B extends Tensor | undefined = undefined>(
  x: X,
  weight: Checked<Linear<X, W>, W>,
  bias?: Checked<OutputBias<'linear', W, B>, B>,
): Result<DtypeOfTensor<X>, Both<OutputBias<'linear', W, B>, Linear<X, W>>>;
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return apply(linearOperator, bias === undefined ? [x, weight] : [x, weight, bias], {});
}
