import { sentence } from '../../errors/sentence.ts';
import { describeShape, fail } from '../../operator.ts';
import { PAIRED_POSITIONS } from '../../sentences/positions.ts';
import type { Dim, Tensor } from '../../tensor.ts';

/** The axes of positions int64 `[batch, length]`, once they are that. */
export function positionAxes(operator: string, name: string, { dtype, shape }: Tensor): readonly [Dim, Dim] {
  const [batch, length] = shape;
  if (dtype !== 'int64' || shape.length !== 2 || batch === undefined || length === undefined) {
    return fail(sentence(PAIRED_POSITIONS, { operator, name, dtype, shape: describeShape(shape) }));
  }
  return [batch, length];
}
