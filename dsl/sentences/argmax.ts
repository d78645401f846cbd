/** What `argmax` and `argmin` say. */

export const EMPTY_AXIS = '{operator}: axis {axis} of {shape} has no elements';
