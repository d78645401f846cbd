import { multiplyDims, subtractDims } from '../../shape/dim.ts';
import type { Tensor } from '../../tensor.ts';
import { pad } from '../pad.ts';
import { reshape } from '../reshape.ts';
import { slice } from '../slice.ts';

/** Puts `step - 1` zeros between the elements along an axis. */
export function spreadOut(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const { shape } = x;
  const apart = reshape(x, shape.toSpliced(axis + 1, 0, 1));
  const length = multiplyDims(shape[axis] ?? 0, step);
  const padded = reshape(pad(apart, [{ axis: axis + 1, after: step - 1 }]), shape.with(axis, length));
  return slice(padded, axis, 0, subtractDims(length, step - 1));
}
