/** What options of generation may be at most, where the command line and requests in code hold to it alike. */

/** Answers that a beam search follows; each has a row of its own. */
export const MOST_BEAMS = 256;

/** Seeds are 32-bit integers. */
export const LARGEST_SEED = 2 ** 32 - 1;
