import type { Attributes, Tensor } from './tensor.ts';

/** One application of an operator that is differentiated: what it was given and made, and what came back to it. */
export interface Application<A extends Attributes = Attributes> {
  readonly inputs: readonly (Tensor | undefined)[];
  /** The input at `index`, which the shape rule has found to be there. */
  readonly input: (index: number) => Tensor;
  readonly attributes: A;
  readonly outputs: readonly Tensor[];
  /** The first output: the only one of most operators. */
  readonly result: Tensor;
  /** Of each output, how the ends change with it, in its shape: zeros where the ends do not depend on it. */
  readonly cotangents: readonly Tensor[];
  /** The cotangent of the first output. */
  readonly cotangent: Tensor;
  /** For each input whether anybody asks for its cotangent: the others need not be computed, or even be possible. */
  readonly needed: readonly boolean[];
}

/**
 * The cotangents of the inputs, each in its input's shape or in one that the input was stretched to by broadcasting (it
 * is then summed over the stretched axes); undefined (or left out at the end) where the result does not
 * change with the input, as with indices and masks. A graph is what its outputs reach, so a cotangent that is written
 * down but not needed costs nothing when the graph runs.
 *
 * A rule that covers the usual inputs alone may answer `'through decomposition'` for the others.
 */
export type GradientRule<A extends Attributes = Attributes> = {
  // Written as a method, as the operator's other rules are, so that operators of any attributes fit in one list.
  rule(application: Application<A>): readonly (Tensor | undefined)[] | 'through decomposition';
}['rule'];

/**
 * How an operator is differentiated: by a rule of its own; by the rules of the operators that it stands for
 * (`decompose`); or not at all, because its results do not change with small changes of its inputs (`'zero'`:
 * comparisons, whole numbers, positions).
 */
export type Gradient<A extends Attributes = Attributes> = GradientRule<A> | 'through decomposition' | 'zero';
