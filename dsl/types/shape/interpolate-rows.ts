import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type { ROWS } from '../../sentences/interpolate-rows.ts';
import type { Dim, Shape } from '../../tensor.ts';
import type { Canonical } from '../dim.ts';
import type { Accept } from '../dtypes.ts';
import type { Describe, Problem } from '../problem.ts';
import type { IsWideShape } from '../wide.ts';

/** `[count, dim]`, or a problem. */
export type InterpolatedRows<D extends Dtype, S extends Shape, Count extends Dim> = Accept<
  'interpolateRows',
  'rows',
  D,
  'a float dtype',
  IsWideShape<S> extends true
    ? readonly [Canonical<Count>, Dim]
    : S extends readonly [Dim, infer Width extends Dim]
      ? readonly [Canonical<Count>, Width]
      : Problem<Sentence<typeof ROWS, { rows: Describe<S> }>>
>;
