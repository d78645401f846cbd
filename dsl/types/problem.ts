import type { Dtype } from '../dtype.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { IsWide } from './wide.ts';

/**
 * A mistake as a type: the sentence itself, marked. The type algebra gives a shape or a problem; the parameter at fault
 * then takes the sentence as its type, so that TypeScript prints it at the author's argument.
 */
export type Problem<Sentence extends string> = `✗ ${Sentence}`;

/**
 * The type of an argument: what it should be, or the sentence that says what is wrong with it. Nothing is inferred from
 * the sentence: an outcome may be the shape's own type parameter, which would take the whole argument for its shape.
 */
export type Checked<Outcome, Argument> = Outcome extends `✗ ${string}`
  ? [Argument] extends [string]
    ? Told<Outcome>
    : NoInfer<Outcome>
  : Argument;

/**
 * A problem in the place of a text: open at its end, so that no editor takes it for a text that may be written there. The
 * sentence is inferred first, that nothing is inferred from it.
 */
export type Told<P> = [P] extends [infer S extends string] ? `${S}${string}` : never;

/** After a problem: agrees with everything that follows, so that one mistake gives one message. */
// biome-ignore lint/suspicious/noExplicitAny: the only type that raises no further errors
export type AfterProblem = any;

/** The second outcome, unless the first is a problem already. */
export type Both<First, Second> = [Extract<First, `✗ ${string}`>] extends [never] ? Second : First;

/** What an operator returns: the tensor, or after a problem something that causes no more of them. */
export type Result<D extends Dtype, Outcome> = Outcome extends infer S extends Shape
  ? Tensor<D, S>
  : AfterProblem;

/** `[2, text, 64]`, as run-time messages write shapes; a wide size is `?`. */
export type Describe<S extends Shape> = `[${Joined<S>}]`;

/** One size in a message. */
export type DescribeDim<D> = IsWide<D> extends true ? '?' : D extends Dim ? `${D}` : '?';

/** Sizes or names in a row: `2, text, 64`. */
export type Joined<
  S extends readonly unknown[],
  Separator extends string = ', ',
  R extends string = '',
> = S extends readonly [infer H, ...infer T]
  ? Joined<T, Separator, R extends '' ? DescribeDim<H> : `${R}${Separator}${DescribeDim<H>}`>
  : R;
