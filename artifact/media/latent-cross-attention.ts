import { z } from 'zod';
import type { PortContract } from '../contract.ts';
import { languageContract, placesOf, visionContract } from './language-contract.ts';
import { SEEN, seesSchema } from './masked-cross-attention.ts';
import { defineMediaWay } from './way.ts';

const count = z.number().int().positive();

/** Each token looks at the latents of the pictures that a mask says, by blocks with keys and values of their own making. */
export const latentCrossAttentionSchema = z.strictObject({
  way: z.literal('latent-cross-attention'),
  /** Cross-attention blocks. */
  layers: count,
  /** Latents per image. */
  latents: count,
  /** Width of a latent. */
  dim: count,
  sees: seesSchema,
});

export const latentCrossAttention = defineMediaWay(
  latentCrossAttentionSchema,
  ({ layers, latents, dim, sees }) => ({
    title: 'cross-attention to latents',
    pictures: true,
    contract: ({ language, image }) => ({
      vision: visionContract(image, {
        latents: {
          dtype: 'float32',
          shape: ['images', placesOf(latents, image), dim],
        } satisfies PortContract,
      }),
      language: languageContract(language, {
        media_latents: { dtype: 'float32', shape: ['rows', latents, dim] },
        media_rows: { dtype: 'int64', shape: ['batch', 'media'] },
        media_mask: { dtype: 'bool', shape: ['batch', 'text', 'media'] },
      }),
    }),
    madeOfPictures: { media_latents: { output: 'latents', as: 'rows' } },
    sizes: () => ({ rows: 1, media: 1 }),
    bytesPerImage: 4 * latents * dim,
    describe: () => [
      ['cross-attention', `${layers} blocks on the latents themselves`],
      ['an image is', `${latents} latents`],
      ['a token sees', SEEN[sees]],
    ],
  }),
);
