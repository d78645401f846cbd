import { applyAll, defineOperator } from '../../operator.ts';
import type { Tensor, TensorType } from '../../tensor.ts';
import { add } from '../add.ts';
import { divide } from '../divide.ts';
import { multiply } from '../multiply.ts';
import { square } from '../power.ts';
import { reduceMean } from '../reduce.ts';
import { subtract } from '../subtract.ts';
import { sqrt } from '../unary.ts';
import { required } from './inputs.ts';
import { named } from './names.ts';

/** Each row with mean 0 and deviation 1, `[..., dim]`, and the factor of its deviation, `[..., 1]`, from one pass. */
const standardizeOperator = defineOperator<{ epsilon: number }>({
  name: 'standardize',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const { dtype, shape } = required('standardize', inputs, 0, 'x');
    return [
      { dtype, shape },
      { dtype, shape: shape.with(-1, 1) },
    ];
  },
  lower(emit, [x], { inputs: [type], attributes }) {
    const ones = emit.constant(new Float32Array(lastSize(type)).fill(1), [lastSize(type)]);
    const results = emit.nodes('LayerNormalization', [x, ones], 3, {
      axis: -1,
      epsilon: { float: attributes.epsilon },
    });
    return [named(results, 0), named(results, 2)];
  },
  gradient: 'through decomposition',
  decompose: ([x], { epsilon }) => (x === undefined ? [] : standardizedByParts(x, epsilon)),
});

function standardizedByParts(x: Tensor, epsilon: number): readonly [Tensor, Tensor] {
  const centred = subtract(x, reduceMean(x, [-1], true));
  // Once a row, not once an element; and not the quotient that ONNX Runtime would take for a norm's forward pass.
  const inverse = divide(1, sqrt(add(reduceMean(square(centred), [-1], true), epsilon)));
  return [multiply(centred, inverse), inverse];
}

/** Each row with mean 0 and deviation 1, `[..., dim]`, and the factor of its deviation, `[..., 1]`; epsilon as a norm's. */
export function standardize(x: Tensor, attributes: { readonly epsilon: number }): readonly [Tensor, Tensor] {
  // The kernel takes its weight as it is, in float32 and of a known size.
  if (x.dtype !== 'float32' || lastSize(x) === 0) return standardizedByParts(x, attributes.epsilon);
  const [normalised, inverse] = applyAll(standardizeOperator, [x], attributes);
  if (normalised === undefined || inverse === undefined) throw new Error('standardize has two results');
  return [normalised, inverse];
}

/** The size of the last axis, or 0 where it is open. */
function lastSize(x: TensorType | undefined): number {
  const size = x?.shape.at(-1);
  return typeof size === 'number' ? size : 0;
}
