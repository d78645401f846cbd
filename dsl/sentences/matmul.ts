/** What `matmul` says. */

export const MATMUL_RANK = 'matmul: both sides need at least 2 axes, but the shapes are {left} and {right}';
export const MATMUL_INNER =
  'matmul: the last axis of {left} is {inner}, but the axis before the last of {right} is {height}; they must be equal';
