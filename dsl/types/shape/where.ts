import type { Shape } from '../../tensor.ts';
import type { Broadcast } from '../broadcast.ts';
import type { Accept, DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { DtypeBeside } from '../operand.ts';
import type { ShapeOfTensor } from '../shape-of.ts';

/** The condition and what is chosen where it holds, broadcast; a problem on the condition's dtype or their shapes. */
export type Chosen<C, T> = Broadcast<'where', ShapeOfTensor<C>, ShapeOfTensor<T>>;

/** The condition, once it is a truth. */
export type Condition<C> = Accept<'where', 'the condition', DtypeOfTensor<C>, 'bool'>;

/** All three broadcast, or a problem. */
export type Where<C, T, F> = SameDtypes<
  'where',
  DtypeBeside<T, F>,
  DtypeBeside<F, T>,
  Chosen<C, T> extends infer First
    ? First extends Shape
      ? Broadcast<'where', First, ShapeOfTensor<F>>
      : First
    : never
>;
