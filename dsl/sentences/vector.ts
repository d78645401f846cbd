/** What operators say of a vector that has one value for each place of an axis. */

export const VECTOR = '{operator}: x is {x}, so {name} must be [{width}], but it is {vector}';
