import { z } from 'zod';
import type { PortContract, PortContracts } from '../contract.ts';
import type { ImagePreprocessing } from '../facts.ts';
import { languageContract, perLayer, placesOf, visionContract } from './language-contract.ts';
import { defineMediaWay, type MadeOfPictures } from './way.ts';

const count = z.number().int().positive();

/** Of cross-attention in every form: `media_key.{i}`, `media_value.{i}` for each block. */
export const crossAttentionShape = {
  /** Gated cross-attention blocks. */
  layers: count,
  heads: count,
  headDim: count,
  /** Latents per image. */
  latents: count,
  /** Width of a latent. */
  dim: count,
};

/** Each token looks at the last image before it; tokens are packed by image. */
export const packedCrossAttentionSchema = z.strictObject({
  way: z.literal('packed-cross-attention'),
  ...crossAttentionShape,
});

export type CrossAttentionSettings = Omit<z.infer<typeof packedCrossAttentionSchema>, 'way'>;

export const packedCrossAttention = defineMediaWay(packedCrossAttentionSchema, (facts) => ({
  title: 'packed cross-attention',
  pictures: true,
  contract: ({ language, image }) => ({
    vision: visionContract(image, pictureOutputs(facts, image)),
    language: languageContract(language, {
      ...keysAndValues(facts, 'rows'),
      media_rows: { dtype: 'int64', shape: ['rows', 'chunk'] },
      media_slots: { dtype: 'int64', shape: ['batch', 'text'] },
      has_media: { dtype: 'bool', shape: ['batch', 'text'] },
    }),
  }),
  madeOfPictures: keysAndValuesMade(facts),
  sizes: (text) => ({ rows: 1, chunk: text }),
  bytesPerImage: bytesOfKeysAndValues(facts),
  describe: () => describeCrossAttention(facts),
}));

/** What the vision graph gives for each image: latents, and their keys and values for each block. */
export function pictureOutputs(
  facts: CrossAttentionSettings,
  image: ImagePreprocessing | undefined,
): PortContracts {
  const places = placesOf(facts.latents, image);
  const latents: PortContract = { dtype: 'float32', shape: ['images', places, facts.dim] };
  return { latents, ...keysAndValues(facts, 'images', places) };
}

/** `media_key.{i}` and `media_value.{i}`, one row an image. */
export function keysAndValues(
  { layers, heads, latents, headDim }: CrossAttentionSettings,
  rows: string,
  places: PortContract['shape'][number] = latents,
): PortContracts {
  const each: PortContract = { dtype: 'float32', shape: [rows, heads, places, headDim] };
  return perLayer(layers, { media_key: each, media_value: each });
}

/** Keys and values as inputs of the language graph: a row is a picture's. */
export function keysAndValuesMade(facts: CrossAttentionSettings): Readonly<Record<string, MadeOfPictures>> {
  const names = Object.keys(keysAndValues(facts, 'rows'));
  return Object.fromEntries(names.map((name) => [name, { output: name, as: 'rows' }]));
}

/** Float32 keys and values of an image's latents in every block. */
export function bytesOfKeysAndValues({ layers, heads, latents, headDim }: CrossAttentionSettings): number {
  return 2 * 4 * layers * heads * latents * headDim;
}

/** The rows of `inspect` for cross-attention in every form. */
export function describeCrossAttention({ layers, heads, headDim, latents }: CrossAttentionSettings) {
  return [
    ['cross-attention', `${layers} blocks of ${heads} heads x ${headDim}`],
    ['an image is', `${latents} latents`],
  ] as const;
}
