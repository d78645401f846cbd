/** What operators along axes say. */

export const NO_AXIS = '{operator}: there is no axis {axis} in {shape}';
export const AXIS_TWICE = '{operator}: {axes} names an axis of {shape} twice';
