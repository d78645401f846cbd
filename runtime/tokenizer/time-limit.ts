/**
 * Runs a function, and stops it after so many milliseconds where that is possible: also in the midst of a regular expression.
 *
 * @returns Whether it came to its end. What it throws is thrown.
 */
export type TimeLimit = (milliseconds: number, work: () => void) => boolean;
