import { defineMediaWay, languageContract, visionContract, z } from 'flamingo-onnx/extend';

const dim = z.number().int().positive();

/** A picture is one vector, which is added to the embedding of every token after it. */
export const summed = defineMediaWay(
  z.strictObject({ way: z.literal('summed'), dim }),
  (facts) => ({
    title: 'adding a vector to the text',
    pictures: true,
    contract: ({ language, image }) => ({
      vision: visionContract(image, { vector: { dtype: 'float32', shape: ['images', facts.dim] } }),
      language: languageContract(language, {
        vectors: { dtype: 'float32', shape: ['vectors', facts.dim] },
        vector_of: { dtype: 'int64', shape: ['batch', 'text'] },
        has_vector: { dtype: 'float32', shape: ['batch', 'text'] },
      }),
    }),
    sizes: () => ({ vectors: 1 }),
    bytesPerImage: 4 * facts.dim,
    describe: () => [['an image is', `a vector of ${facts.dim}, added to the tokens after it`]],
  }),
  new URL('./summed-run.ts', import.meta.url),
);
