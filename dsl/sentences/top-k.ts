/** What `topK` and `sort` say. */

export const K_RANGE = 'topK: k must be from 1 to the size of axis {axis} of {shape}, but it is {k}';
