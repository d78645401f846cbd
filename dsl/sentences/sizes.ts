/** What functions of sizes say. */

export const NO_QUOTIENT = 'quotient: {by} does not divide {size}';
