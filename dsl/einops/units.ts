import { sentence } from '../errors/sentence.ts';
import { fail } from '../operator.ts';
import { ELLIPSIS_ONCE, PLACED_NUMBER } from '../sentences/einops.ts';
import { multiplyDims } from '../shape/dim.ts';
import type { Dim, Shape } from '../tensor.ts';
import { type Bound, sizeOf } from './check.ts';
import type { Side } from './pattern.ts';

/** The smallest axes a pattern speaks of, in order: its names (numbers have none), and what `...` stands for. */
export interface Units {
  readonly names: readonly string[];
  readonly sizes: readonly Dim[];
}

/** One side taken apart: `b (h d) ...` over two passed axes is `b`, `h`, `d`, `...0`, `...1`. */
export function unitsOf(side: Side, bound: Bound): Units {
  const names: string[] = [];
  const sizes: Dim[] = [];
  for (const item of side) {
    if (item.kind === 'ellipsis') {
      for (const [index, size] of bound.passed.entries()) {
        names.push(`...${index}`);
        sizes.push(size);
      }
      continue;
    }
    for (const factor of item.factors) {
      names.push(typeof factor === 'number' ? `#${names.length}` : factor);
      sizes.push(sizeOf(factor, bound));
    }
  }
  return { names, sizes };
}

/** One side's shape as a tensor has it: the parts of a group multiplied. */
export function shapeOf(side: Side, bound: Bound): Shape {
  return side.flatMap((item) =>
    item.kind === 'ellipsis'
      ? bound.passed
      : multiplyDims(...item.factors.map((factor) => sizeOf(factor, bound))),
  );
}

/** Numbers make copies, which only the right side of repeat can ask for; a 1 has already been left out. */
export function checkNoNumbers(side: Side): void {
  const number = side
    .flatMap((item) => (item.kind === 'axis' ? item.factors : []))
    .find((factor) => typeof factor === 'number');
  if (number !== undefined) fail(sentence(PLACED_NUMBER, { number }));
}

/** `...` passes axes through: it may not appear, nor vanish, at the arrow. */
export function checkEllipsis(left: Side, result: Side): void {
  const has = (side: Side) => side.some(({ kind }) => kind === 'ellipsis');
  if (has(left) !== has(result)) fail(ELLIPSIS_ONCE);
}
