/** What `transpose` says. */

export const NO_PERMUTATION = 'transpose: {permutation} must name each of the {rank} axes of {shape} once';
