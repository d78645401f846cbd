import { sentence } from '../../errors/sentence.ts';
import { describeShape, fail } from '../../operator.ts';
import { OTHER_SHAPE } from '../../sentences/skip.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Shape, Tensor, TensorType } from '../../tensor.ts';
import { checkDtype, FLOATS, required, sameDtype } from './inputs.ts';
import { checkLastAxis } from './last-axis.ts';

/** The shape rule of a skip normalisation of x, skip, weight and, where it has one, bias: normalised and sum. */
export function inferSkipNormalize(
  operator: string,
  inputs: readonly (Tensor | undefined)[],
): readonly TensorType[] {
  const x = required(operator, inputs, 0, 'x');
  const skip = required(operator, inputs, 1, 'skip');
  const weight = required(operator, inputs, 2, 'weight');
  const dtype = sameDtype(operator, x, skip, weight, inputs[3]);
  checkDtype(operator, 'x', x, FLOATS);
  checkSkip(operator, x, skip);
  checkLastAxis(operator, x, 'weight', weight);
  checkLastAxis(operator, x, 'bias', inputs[3]);
  return [
    { dtype, shape: x.shape },
    { dtype, shape: x.shape },
  ];
}

/** Refuses a skip connection whose shape is not x's own. */
export function checkSkip(operator: string, x: Tensor, skip: Tensor): void {
  const same =
    x.shape.length === skip.shape.length &&
    x.shape.every((dim, axis) => equalDims(dim, skip.shape[axis] ?? 0));
  if (!same) {
    fail(sentence(OTHER_SHAPE, { operator, x: describeShape(x.shape), skip: describeShape(skip.shape) }));
  }
}

/** ONNX Runtime's skip normalisations take 2 or 3 axes. */
export function fitsSkipKernel(x: Shape | undefined): boolean {
  return x !== undefined && (x.length === 2 || x.length === 3);
}
