/** What `split` and `chunk` say. */

export const PARTS = 'split: axis {axis} of {shape} is {size}, but the parts add up to {sum}';
export const UNEVEN = 'chunk: axis {axis} of {shape} is {size}, which is not a multiple of {parts}';
