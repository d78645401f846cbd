import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { ELEMENTS, FREE_TWICE, MULTIPLE } from '../sentences/reshape.ts';
import type { Shape } from '../tensor.ts';
import { divideDims, equalDims, multiplyDims } from './dim.ts';

/** The target shape, once it is known to hold as many elements. One axis may be -1: what is left. */
export function reshapeShape(shape: Shape, target: Shape): Shape {
  const elements = multiplyDims(...shape);
  const given = multiplyDims(...target.filter((dim) => dim !== -1));
  const free = target.filter((dim) => dim === -1).length;
  if (free > 1) fail(sentence(FREE_TWICE, { target: describeShape(target) }));
  const rest = free === 1 ? divideDims(elements, given) : undefined;
  if (free === 0 ? !equalDims(elements, given) : rest === undefined) {
    fail(
      sentence(free === 0 ? ELEMENTS : MULTIPLE, {
        shape: describeShape(shape),
        elements,
        target: describeShape(target),
        given,
      }),
    );
  }
  return target.map((dim) => (dim === -1 && rest !== undefined ? rest : dim));
}
