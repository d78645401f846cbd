/** What `slice` says. */

export const NOT_WITHIN =
  'slice: {start} to {end} does not lie within axis {axis} of {shape}, which is {size}';
