import { sentence } from '../../errors/sentence.ts';
import { describeShape, fail } from '../../operator.ts';
import { SCALAR } from '../../sentences/last-axis.ts';
import { VECTOR } from '../../sentences/vector.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Tensor } from '../../tensor.ts';

/** Refuses a vector that does not have one value for each place of x's last axis; a missing one is fine. */
export function checkLastAxis(operator: string, x: Tensor, name: string, vector: Tensor | undefined): void {
  if (vector === undefined) return;
  const width = x.shape.at(-1);
  if (width === undefined) fail(sentence(SCALAR, { operator }));
  const [size] = vector.shape;
  if (vector.shape.length !== 1 || size === undefined || !equalDims(size, width)) {
    fail(
      sentence(VECTOR, {
        operator,
        x: describeShape(x.shape),
        name,
        width,
        vector: describeShape(vector.shape),
      }),
    );
  }
}
