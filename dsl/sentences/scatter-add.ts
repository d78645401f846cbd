/** What `scatterAdd` says. */

export const UPDATES =
  'scatterAdd: updates must start with the axes of the indices, {indices}, but they are {updates}';
