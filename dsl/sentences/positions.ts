/** What rotary embeddings and biases by position say. */

export const HEADED = '{operator}: x must be [batch, text, {heads}*headDim], but it is {x}';
export const TOKEN_POSITIONS =
  'rotary: positions must be int64 [{batch}, {text}], but they are {dtype} {positions}';
export const PAIRED_POSITIONS = '{operator}: {name} must be int64 [batch, length], but it is {dtype} {shape}';
