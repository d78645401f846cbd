import type { Sentence } from '../../errors/sentence.ts';
import type { MATRIX_RANK } from '../../sentences/matrices.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Describe, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** S where it has at least 2 axes, else a problem. */
export type Matrices<Operator extends string, S extends Shape> =
  IsWideShape<S> extends true
    ? S
    : S extends readonly [...Shape, Dim, Dim]
      ? S
      : Problem<Sentence<typeof MATRIX_RANK, { operator: Operator; x: Describe<S> }>>;
