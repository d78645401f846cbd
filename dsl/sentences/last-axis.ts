/** What operators with a vector for the last axis say. */

export const SCALAR = '{operator}: x needs at least 1 axis, but it is a scalar';
export const LAST_AXIS = '{operator}: x is {x}, so {name} must be [{width}], but it is {vector}';
