import { fail } from '../../operator.ts';

/**
 * The lowered name of an input that the shape rule has already found to be there: a missing one is a mistake of the
 * compiler, not of the author.
 */
export function named(inputs: readonly (string | undefined)[], index: number): string {
  return inputs[index] ?? fail(`input ${index} was not lowered before its user`);
}
