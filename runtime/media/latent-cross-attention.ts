import { latentCrossAttentionSchema } from '../../artifact/media/latent-cross-attention.ts';
import { underMask } from './masked-cross-attention.ts';
import { stackOutput } from './stack-pictures.ts';
import { defineWay } from './way.ts';

/** Each token sees the pictures that a mask says, of which the latents are computed once and kept. */
export const latentCrossAttention = defineWay(
  latentCrossAttentionSchema,
  ({ latents, dim, sees }, { special }) =>
    underMask({
      keeps: ['latents'],
      sees,
      special,
      stack: (pictures) => ({ media_latents: stackOutput(pictures, 'latents', [latents, dim]) }),
    }),
);
