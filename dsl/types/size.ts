declare const axis: unique symbol;

/**
 * A size of a block inside its own body: a number when the model is built, and in types the rigid name `N`, so that
 * the body is checked once for every configuration. JavaScript's arithmetic on it gives a wide `number`, whose checks
 * are left to the time when the model is built.
 */
export type Size<N extends string = string> = number & { readonly [axis]: N };
