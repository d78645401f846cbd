/** What operators on stretched shapes say. */

export const CLASH =
  '{operator}: shapes {left} and {right} do not broadcast: axis -{fromEnd} is {a} against {b}';
export const NO_STRETCH = 'expand: {shape} does not stretch to {target}';
