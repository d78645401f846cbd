/** What is said of the parts of a Flamingo, by types and when the model is built. */

export const ONE_BLOCK =
  'flamingo: crossAttention.block is one {block}, whose weights all layers would share; give what makes one for each, as in block: () => make({ … })';
export const MISSES_EVERY_LAYER =
  "flamingo: a block every {every} layers '{rule}' misses all {layers} layers of the language model; use an interval of at most {layers}";
export const RESAMPLER_TAKES =
  "flamingo: resampler takes 'images places dim', 'images frames tokens dim' or 'batch media frames tokens dim', but {block} takes {takes}";
const LATENTS =
  "flamingo: resampler gives 'images latents width' (or 'batch media latents width' where it takes that)";
export const RESAMPLER_GIVES = `${LATENTS}, but {block} gives {gives}` as const;
export const RESAMPLER_COUNT =
  `${LATENTS}, as many for every picture, but {block} gives {given} of {features}` as const;
