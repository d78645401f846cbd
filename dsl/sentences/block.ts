/** What blocks say of the tensors that they are called with, and of those that their bodies return. */

export const TAKES_DTYPE = '{block} takes {take}, but the tensor is {dtype}';
export const TAKES_RANK = '{block} takes {take}, but {shape} has {rank} axes';
export const TAKES_SIZE = "{block}: axis '{axis}' is {expected}, but it is {found} in {shape}";
export const GIVES_COUNT = '{block} gives {count} tensors, but forward returns {returned}';
export const GIVES_SHAPE = '{block} gives {gives}, but forward returns {shape}';
