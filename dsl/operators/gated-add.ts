import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { GATE } from '../sentences/skip.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { FloatShape } from '../types/shape/last-axis.ts';
import type { Gate, Skip } from '../types/shape/skip.ts';
import { add } from './add.ts';
import { multiply } from './multiply.ts';
import { checkDtype, FLOATS, type NoAttributes, required, sameDtype } from './shared/inputs.ts';
import { named } from './shared/names.ts';
import { checkSkip } from './shared/skip.ts';

export const gatedAddOperator = defineOperator<NoAttributes>({
  name: 'gatedAdd',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs) {
    const x = required('gatedAdd', inputs, 0, 'x');
    const y = required('gatedAdd', inputs, 1, 'y');
    const gate = required('gatedAdd', inputs, 2, 'gate');
    const dtype = sameDtype('gatedAdd', x, y, gate);
    checkDtype('gatedAdd', 'x', x, FLOATS);
    checkSkip('gatedAdd', x, y);
    if (gate.shape.length > x.shape.length || multiplyDims(...gate.shape) !== 1) {
      fail(sentence(GATE, { gate: describeShape(gate.shape) }));
    }
    return [{ dtype, shape: x.shape }];
  },
  lower(emit, inputs, { inputs: [x] }) {
    const gate = named(inputs, 2);
    if (!emit.capabilities.gatedAdd || x?.shape.length !== 3) {
      return [emit.node('Add', [inputs[0], emit.node('Mul', [inputs[1], gate])])];
    }
    const stretched = emit.node('Expand', [gate, emit.shape([...x.shape.slice(0, -1), 1])]);
    return [emit.node('GatedAdd', [inputs[0], inputs[1], stretched], {}, 'com.microsoft')];
  },
  gradient: 'through decomposition',
  decompose(inputs) {
    const gated = multiply(required('gatedAdd', inputs, 1, 'y'), required('gatedAdd', inputs, 2, 'gate'));
    return [add(required('gatedAdd', inputs, 0, 'x'), gated)];
  },
});

/**
 * `x + gate * y` in one pass, the end of a gated cross-attention block: x and y of one shape, gate one value (`[1]` or
 * a scalar). ONNX Runtime's GatedAdd, which takes the gate once a token and is used for 3 axes.
 */
export function gatedAdd<X extends Tensor, Y extends Tensor, G extends Tensor>(
  x: Checked<FloatShape<'gatedAdd', X>, X>,
  y: Checked<Skip<'gatedAdd', X, Y>, Y>,
  gate: Checked<Gate<X, G>, G>,
): Result<DtypeOfTensor<X>, Both<FloatShape<'gatedAdd', X>, Both<Gate<X, G>, Skip<'gatedAdd', X, Y>>>>;
export function gatedAdd(x: Tensor, y: Tensor, gate: Tensor): Tensor {
  return apply(gatedAddOperator, [x, y, gate], {});
}
