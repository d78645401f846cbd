import { z } from 'zod';
import { languageContract, visionContract } from './language-contract.ts';
import {
  bytesOfKeysAndValues,
  crossAttentionShape,
  describeCrossAttention,
  keysAndValues,
  keysAndValuesMade,
  pictureOutputs,
} from './packed-cross-attention.ts';
import { defineMediaWay } from './way.ts';

/**
 * Which pictures a token sees of those at or before it: the last one, the last ones that stand in a row (no text between
 * them), or all of them.
 */
export const seesSchema = z.enum(['last', 'last-in-a-row', 'all-previous']);

/** Each token looks at the pictures that a mask says. */
export const maskedCrossAttentionSchema = z.strictObject({
  way: z.literal('masked-cross-attention'),
  ...crossAttentionShape,
  sees: seesSchema,
});

export const maskedCrossAttention = defineMediaWay(maskedCrossAttentionSchema, (facts) => ({
  title: 'masked cross-attention',
  pictures: true,
  contract: ({ language, image }) => ({
    vision: visionContract(image, pictureOutputs(facts, image)),
    language: languageContract(language, {
      ...keysAndValues(facts, 'rows'),
      media_rows: { dtype: 'int64', shape: ['batch', 'media'] },
      media_mask: { dtype: 'bool', shape: ['batch', 'text', 'media'] },
    }),
  }),
  madeOfPictures: keysAndValuesMade(facts),
  sizes: () => ({ rows: 1, media: 1 }),
  bytesPerImage: bytesOfKeysAndValues(facts),
  describe: () => [...describeCrossAttention(facts), ['a token sees', SEEN[facts.sees]]],
}));

/** What `inspect` says of it. */
export const SEEN = {
  last: 'the last image before it',
  'last-in-a-row': 'the last images before it that stand in a row',
  'all-previous': 'all images before it',
};
