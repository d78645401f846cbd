/** What the sizes that every decoder family is given may be: a part of each one's table of options. */
export const DECODER_SIZES = {
  dim: 'a whole number from 1 on',
  layers: 'a whole number from 1 on',
  heads: 'a whole number from 1 on',
  inner: 'a whole number from 1 on',
  vocabulary: 'a whole number from 1 on',
  contextLength: 'a whole number from 1 on',
} as const;
