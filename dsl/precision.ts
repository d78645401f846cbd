/** The precisions of small whole numbers with a scale for every few of them, which linear layers alone have. */
export const QUANTISED_FORMATS = ['int8', 'int4'] as const;

export type QuantisedFormat = (typeof QUANTISED_FORMATS)[number];

/**
 * How precisely a weight is kept: `float32` and `float16` as floating-point numbers, `int8` and `int4` as small whole
 * numbers with a scale for every few of them. Weights other than those of linear layers have no `int8` or `int4` form.
 */
export type Precision = 'float32' | 'float16' | QuantisedFormat;

/** All of them, the most precise first. */
export const PRECISIONS = [
  'float32',
  'float16',
  ...QUANTISED_FORMATS,
] as const satisfies readonly Precision[];
