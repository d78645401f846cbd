import { z } from 'zod';
import { only } from './config-fields.ts';
import { plainWholeHeadRotaryFields, wholeHeadRotaryFields } from './rotary-fields.ts';

/** `rope_parameters` as releases from 5.0 on have them where layers with a window turn otherwise: of each kind of layer. */
export const layerKindRotaryFields = z
  .strictObject({
    full_attention: wholeHeadRotaryFields,
    sliding_attention: plainWholeHeadRotaryFields,
    // 5.0 writes these beside the two, and looks at neither.
    rope_type: only('default'),
    rope_theta: z.null().optional(),
  })
  .nullish();
