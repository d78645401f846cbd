/** What `takeAlongAxis` says. */

export const TAKEN_AXES =
  'takeAlongAxis: indices must have the axes of x, {x}, or 1 in their place, but for axis {axis}, but they are {indices}';
