import type { Dtype } from '../../dtype.ts';
import { defineOperator } from '../../operator.ts';
import { broadcastShapes } from '../../shape/broadcast.ts';
import type { Gradient, Operator, Tensor } from '../../tensor.ts';
import { fixedShape } from './dims.ts';
import { broadcastNumbers, foldable, numbersOf, pack } from './elements.ts';
import { checkDtype, type NoAttributes, required, sameDtype } from './inputs.ts';

/** An operator that maps each element on its own and is one ONNX node. */
export interface UnaryRule extends Pick<Operator, 'name' | 'computesIn'> {
  readonly onnx: string;
  readonly accepts: readonly Dtype[];
  /** From the cotangent of the result, x and the result to the cotangent of x; `'zero'` where the slope is 0. */
  readonly gradient: 'zero' | ((cotangent: Tensor, x: Tensor, result: Tensor) => Tensor);
  /** One element; the operator cannot be folded without it. */
  readonly compute?: (value: number) => number;
}

export function unaryOperator(rule: UnaryRule): Operator<NoAttributes> {
  const slope = rule.gradient;
  const gradient: Gradient<NoAttributes> =
    slope === 'zero' ? slope : ({ cotangent, input, result }) => [slope(cotangent, input(0), result)];
  return defineOperator<NoAttributes>({
    name: rule.name,
    computesIn: rule.computesIn,
    movement: 'none',
    weight: 'none',
    infer(inputs) {
      const x = required(rule.name, inputs, 0, 'x');
      checkDtype(rule.name, 'x', x, rule.accepts);
      return [{ dtype: x.dtype, shape: x.shape }];
    },
    lower: (emit, inputs) => [emit.node(rule.onnx, inputs)],
    gradient,
    fold([x], _attributes, types) {
      const { compute } = rule;
      if (x === undefined || compute === undefined || !foldable([x], types)) return undefined;
      const numbers = numbersOf(x.data);
      const data = numbers === undefined ? undefined : pack(numbers.map(compute), x.dtype);
      return data === undefined ? undefined : [data];
    },
  });
}

/** An operator that joins two broadcast operands element by element and is one ONNX node. */
export interface BinaryRule extends Pick<Operator, 'name' | 'computesIn'> {
  readonly onnx: string;
  readonly accepts: readonly Dtype[];
  readonly commutative?: boolean;
  /** Default: the operands' dtype. */
  readonly result?: 'bool';
  /**
   * From the cotangent of the result, the operands and the result to the operands' cotangents, in the result's shape.
   */
  readonly gradient:
    | 'zero'
    | ((cotangent: Tensor, left: Tensor, right: Tensor, result: Tensor) => readonly [Tensor, Tensor]);
  /** Default: the one node. */
  readonly lower?: NonNullable<Operator<NoAttributes>['lower']>;
  /** One pair; NaN in integers leaves the operation to ONNX Runtime. */
  readonly compute: (left: number, right: number, dtype: Dtype) => number;
}

export function binaryOperator(rule: BinaryRule): Operator<NoAttributes> {
  const slopes = rule.gradient;
  const gradient: Gradient<NoAttributes> =
    slopes === 'zero'
      ? slopes
      : ({ cotangent, input, result }) => slopes(cotangent, input(0), input(1), result);
  return defineOperator<NoAttributes>({
    name: rule.name,
    computesIn: rule.computesIn,
    movement: 'none',
    weight: 'none',
    ...(rule.commutative === true ? { commutative: true } : {}),
    infer(inputs) {
      const left = required(rule.name, inputs, 0, 'the left operand');
      const right = required(rule.name, inputs, 1, 'the right operand');
      checkDtype(rule.name, 'the left operand', left, rule.accepts);
      const dtype = sameDtype(rule.name, left, right);
      return [{ dtype: rule.result ?? dtype, shape: broadcastShapes(rule.name, left.shape, right.shape) }];
    },
    lower: rule.lower ?? ((emit, inputs) => [emit.node(rule.onnx, inputs)]),
    gradient,
    fold(inputs, _attributes, types) {
      const [left, right] = inputs;
      const [type] = types;
      if (left === undefined || right === undefined || type === undefined || !foldable(inputs, types))
        return undefined;
      const shape = fixedShape(type.shape);
      const a = shape && broadcastNumbers(left, shape);
      const b = shape && broadcastNumbers(right, shape);
      if (a === undefined || b === undefined) return undefined;
      const values = a.map((value, index) => rule.compute(value, b[index] ?? 0, left.dtype));
      const data = pack(values, type.dtype);
      return data === undefined ? undefined : [data];
    },
  });
}
