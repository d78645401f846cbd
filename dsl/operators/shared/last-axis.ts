import { describeShape, fail } from '../../operator.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Tensor } from '../../tensor.ts';

/** Refuses a vector that does not have one value for each place of x's last axis; a missing one is fine. */
export function checkLastAxis(operator: string, x: Tensor, name: string, vector: Tensor | undefined): void {
  if (vector === undefined) return;
  const width = x.shape.at(-1);
  if (width === undefined) fail(`${operator}: x needs at least 1 axis, but it is a scalar`);
  const [size] = vector.shape;
  if (vector.shape.length !== 1 || size === undefined || !equalDims(size, width)) {
    fail(
      `${operator}: x is ${describeShape(x.shape)}, so ${name} must be [${width}], but it is ${describeShape(vector.shape)}`,
    );
  }
}
