/** What operators along the last axis say. */

export const SCALAR = '{operator}: x needs at least 1 axis, but it is a scalar';
