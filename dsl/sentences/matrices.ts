/** What operators on matrices say. */

export const MATRIX_RANK = '{operator}: x needs at least 2 axes, but it is {x}';
