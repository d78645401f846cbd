import { describeShape, fail } from '../operator.ts';
import type { Shape } from '../tensor.ts';
import { divideDims, equalDims, multiplyDims } from './dim.ts';

/** The target shape, once it is known to hold as many elements. One axis may be -1: what is left. */
export function reshapeShape(shape: Shape, target: Shape): Shape {
  const elements = multiplyDims(...shape);
  const given = multiplyDims(...target.filter((dim) => dim !== -1));
  const free = target.filter((dim) => dim === -1).length;
  if (free > 1) fail(`reshape: ${describeShape(target)} may have -1 once`);
  const rest = free === 1 ? divideDims(elements, given) : undefined;
  if (free === 0 ? !equalDims(elements, given) : rest === undefined) {
    fail(
      `reshape: ${describeShape(shape)} holds ${elements} elements, but ${describeShape(target)} holds ${free === 0 ? given : `a multiple of ${given}`}`,
    );
  }
  return target.map((dim) => (dim === -1 && rest !== undefined ? rest : dim));
}
