import { describeShape, fail } from '../../operator.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Shape, Tensor } from '../../tensor.ts';

/** Refuses a skip connection whose shape is not x's own. */
export function checkSkip(operator: string, x: Tensor, skip: Tensor): void {
  const same =
    x.shape.length === skip.shape.length &&
    x.shape.every((dim, axis) => equalDims(dim, skip.shape[axis] ?? 0));
  if (!same) {
    fail(
      `${operator}: skip must have the shape of x, ${describeShape(x.shape)}, but it is ${describeShape(skip.shape)}`,
    );
  }
}

/** ONNX Runtime's skip normalisations take 2 or 3 axes. */
export function fitsSkipKernel(x: Shape | undefined): boolean {
  return x !== undefined && (x.length === 2 || x.length === 3);
}
