import { atCallSite } from './at-call-site.ts';
import { type Sentence, sentence } from './errors/sentence.ts';
import { fail } from './operator.ts';
import { NO_QUOTIENT } from './sentences/sizes.ts';
import type { Canonical, CanonicalShape, Divide, Product, Sum } from './types/dim.ts';
import type { Problem } from './types/problem.ts';
import type { SizeOf } from './types/size.ts';

/**
 * The product of sizes, as a size: `linear(dim, product(heads, headDim))` is checked by the type checker, where
 * `heads * headDim` is any number to it.
 *
 * @returns the product; its type is the literal, or the name `headDim*heads` in the body of a block
 */
export function product<const S extends readonly number[]>(...sizes: S): SizeOf<Product<CanonicalShape<S>>> {
  // The types say what JavaScript computes.
  return sizes.reduce((all, size) => all * size, 1) as SizeOf<Product<CanonicalShape<S>>>;
}

/** The sum of sizes, as a size: `linear(sum(dim, vision), dim)`. */
export function sum<const S extends readonly number[]>(...sizes: S): SizeOf<Sum<CanonicalShape<S>>> {
  // The types say what JavaScript computes.
  return sizes.reduce((all, size) => all + size, 0) as SizeOf<Sum<CanonicalShape<S>>>;
}

/**
 * A size divided by another, as a size. In the body of a block names must cancel (`quotient(product(2, dim), 2)`): of other
 * quotients the types know nothing, and what is done with them is checked when the model is built.
 *
 * @throws ModelError where it is not a whole number
 */
export function quotient<const A extends number, const B extends number>(
  size: A,
  by: [Divide<Canonical<A>, Canonical<B>>] extends [never]
    ? Problem<Sentence<typeof NO_QUOTIENT, { by: B; size: A }>>
    : B,
): SizeOf<Divide<Canonical<A>, Canonical<B>>>;
export function quotient(size: number, by: number): number {
  return atCallSite(() =>
    Number.isInteger(size / by) ? size / by : fail(sentence(NO_QUOTIENT, { by, size })),
  );
}
