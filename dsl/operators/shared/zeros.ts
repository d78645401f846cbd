import type { Dtype } from '../../dtype.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { scalar } from '../constant.ts';
import { expand } from '../expand.ts';

/** Zeros of a shape, whose sizes may be open. */
export function zerosOf({ dtype, shape }: { readonly dtype: Dtype; readonly shape: Shape }): Tensor {
  return expand(scalar(0, dtype), shape);
}
