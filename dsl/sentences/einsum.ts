/** What `einsum` says. */

export const PLAIN_NAMES = 'einsum takes names of single axes only';
export const OPERAND_COUNT = 'the pattern has {operands} operands, but {tensors} tensors are given';
export const OPERAND_AXES = "'{operand}' has {axes} axes, but its tensor {shape} has {rank}";
export const IN_OPERAND_TWICE = "axis '{name}' occurs twice in '{operand}'";
export const UNEQUAL_SIZES = "axis '{name}' is {size} in one tensor and {other} in another";
