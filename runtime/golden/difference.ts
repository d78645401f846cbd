/** The place at which two lists of numbers differ most. */
export interface Difference {
  /** Largest absolute difference; NaN where a value of either side is not a number. */
  readonly error: number;
  /** Largest absolute value that was expected. */
  readonly largestExpected: number;
  /** What was compared, in words. */
  readonly where: string;
  readonly index: number;
  readonly found: number;
  readonly expected: number;
}

/** Compares two lists of the same length. A value that is not a number is the largest difference there is. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>, where: string): Difference {
  let worst = { error: -1, index: 0, found: 0, expected: 0 };
  let largestExpected = 0;
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [found[index] ?? Number.NaN, expected[index] ?? Number.NaN];
    const error = Math.abs(a - b);
    largestExpected = Math.max(largestExpected, Math.abs(b));
    if (isWorse(error, worst.error)) worst = { error, index, found: a, expected: b };
  }
  return { ...worst, error: Math.max(0, worst.error), largestExpected, where };
}

/** The largest of several differences, with the largest value that any of them expected; undefined for none. */
export function largestDifference(differences: readonly Difference[]): Difference | undefined {
  const [first, ...rest] = differences;
  if (first === undefined) return undefined;
  const worst = rest.reduce((most, each) => (isWorse(each.error, most.error) ? each : most), first);
  const largestExpected = Math.max(...differences.map((each) => each.largestExpected));
  return { ...worst, largestExpected };
}

/** NaN is worse than any number. */
function isWorse(error: number, than: number): boolean {
  return !Number.isNaN(than) && !(error <= than);
}
