import type { Dim } from '../dim.ts';
import type { IsWide } from './wide.ts';

declare const axis: unique symbol;

/**
 * A size of a block inside its own body: a number when the model is built, and in types the rigid name `N`, so that
 * the body is checked once for every configuration. JavaScript's arithmetic on it gives a wide `number`, whose checks
 * are left to the time when the model is built; `product`, `sum` and `quotient` give sizes.
 */
export type Size<N extends string = string> = number & { readonly [axis]: N };

/** The size that a spelling stands for, as a number: a literal, or one whose type remembers its name. */
export type SizeOf<D extends Dim> = true extends IsWide<D> ? number : D extends string ? Size<D> : D & number;
