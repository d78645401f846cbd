import { apply, defineOperator } from '../operator.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import type { Tensor } from '../tensor.ts';
import type { CommonDtype } from '../types/operand.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Chosen, Condition, Where } from '../types/shape/where.ts';
import { type Operand, operands } from './constant.ts';
import { fixedShape } from './shared/dims.ts';
import { broadcastNumbers, foldable, pack } from './shared/elements.ts';
import { BOOLEANS, checkDtype, type NoAttributes, required, sameDtype } from './shared/inputs.ts';

export const whereOperator = defineOperator<NoAttributes>({
  name: 'where',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs) {
    const condition = required('where', inputs, 0, 'the condition');
    const chosen = required('where', inputs, 1, 'the value where it holds');
    const other = required('where', inputs, 2, 'the value where it does not');
    checkDtype('where', 'the condition', condition, BOOLEANS);
    return [
      {
        dtype: sameDtype('where', chosen, other),
        shape: broadcastShapes('where', condition.shape, chosen.shape, other.shape),
      },
    ];
  },
  lower: (emit, inputs) => [emit.node('Where', inputs)],
  gradient({ cotangent, input }) {
    const condition = input(0);
    return [undefined, where(condition, cotangent, 0), where(condition, 0, cotangent)];
  },
  fold(inputs, _attributes, types) {
    const [type] = types;
    const shape = type && fixedShape(type.shape);
    if (type === undefined || shape === undefined || !foldable(inputs, types)) return undefined;
    const [condition, chosen, other] = inputs.map((input) => broadcastNumbers(input, shape));
    const data = pack(
      condition?.map((holds, index) => (holds === 0 ? other : chosen)?.[index] ?? Number.NaN) ?? [],
      type.dtype,
    );
    return data === undefined || chosen === undefined || other === undefined ? undefined : [data];
  },
});

/** `chosen` where the bool condition holds, `other` elsewhere; all three broadcast. A number stands for a scalar. */
export function where<C extends Tensor, T extends Operand, F extends Operand>(
  condition: Checked<Condition<C>, C>,
  chosen: Checked<Chosen<C, T>, T>,
  other: Checked<Where<C, T, F>, F>,
): Result<CommonDtype<T, F>, Both<Condition<C>, Where<C, T, F>>>;
export function where(condition: Tensor, chosen: Operand, other: Operand): Tensor {
  return apply(whereOperator, [condition, ...operands(chosen, other)], {});
}
