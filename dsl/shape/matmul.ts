import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { MATMUL_INNER, MATMUL_RANK } from '../sentences/matmul.ts';
import type { Shape } from '../tensor.ts';
import { broadcastShapes } from './broadcast.ts';
import { equalDims } from './dim.ts';

/** `[...batch, rows, inner] x [...batch, inner, columns]`; the batch axes broadcast. Both need at least 2 axes. */
export function matmulShape(left: Shape, right: Shape): Shape {
  const [rows, inner] = left.slice(-2);
  const [height, columns] = right.slice(-2);
  if (rows === undefined || inner === undefined || height === undefined || columns === undefined) {
    return fail(sentence(MATMUL_RANK, { left: describeShape(left), right: describeShape(right) }));
  }
  if (!equalDims(inner, height)) {
    fail(sentence(MATMUL_INNER, { left: describeShape(left), inner, right: describeShape(right), height }));
  }
  return [...broadcastShapes('matmul', left.slice(0, -2), right.slice(0, -2)), rows, columns];
}
