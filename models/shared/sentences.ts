/** What is said of a block that is a vision encoder, by types and when the model is built. */

export const ENCODER_GIVES =
  'visionEncoder: encoder must give [images, tokens, dim] of known numbers, but {block} gives {given}';
