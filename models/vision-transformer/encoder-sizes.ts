/** What the sizes that every vision transformer is given may be: a part of each one's table of options. */
export const ENCODER_SIZES = {
  image: 'a whole number from 1 on',
  patch: 'a whole number from 1 on',
  dim: 'a whole number from 1 on',
  layers: 'a whole number from 1 on',
  heads: 'a whole number from 1 on',
  inner: 'a whole number from 1 on',
} as const;
