/** What `linear` and the layers on it say. */

export const LINEAR_WEIGHT = 'linear: x is {x}, so weight must be [out, {width}], but it is {weight}';
export const OUTPUT_BIAS = '{operator}: weight is {weight}, so bias must be [{out}], but it is {bias}';
