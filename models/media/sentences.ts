/** What is said of a block in the place of the gated cross-attention, by types and when the model is built. */

export const BLOCK_TAKES =
  "flamingo: crossAttention.block takes 'batch text dim', 'batch places vision', 'batch 1 text places: bool' (or 'batch heads places headDim' twice in the place of the second), but {block} takes {takes}";
export const BLOCK_GIVES = 'flamingo: crossAttention.block must give {wanted}, but {block} gives {given}';
/** What is given where it is no shape. */
export const SEVERAL = 'several tensors';
