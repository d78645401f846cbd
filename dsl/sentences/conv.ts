/** What convolutions and pools say. */

/** The axes over which a window moves, by their number less one, as messages call them. */
export const SPATIAL_AXES = ['length', 'height, width', 'depth, height, width'] as const;

export const CONV_AXES = '{operator}: x must be [batch, in, {axes}], but it is {x}';
export const CONV_WEIGHT =
  '{operator}: x is {x}, so weight must be [out, {channels}, {axes}], but it is {weight}';
/** The channels of a filter where there are groups of them. */
export const GROUPED_CHANNELS = '{channels}/{groups}';
export const CONV_CHANNELS = '{operator}: x is {x}, but it must have {channels} channels';
export const POOL_AXES = '{operator}: x must be [batch, channels, {axes}], but it is {x}';
