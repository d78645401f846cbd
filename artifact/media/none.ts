import { z } from 'zod';
import { languageContract } from './language-contract.ts';
import { defineMediaWay } from './way.ts';

/** A language model alone, which is shown no pictures. */
export const noMediaSchema = z.strictObject({ way: z.literal('none') });

export const noMedia = defineMediaWay(noMediaSchema, () => ({
  title: 'a language model alone',
  pictures: false,
  contract: ({ language }) => ({ language: languageContract(language, {}) }),
  sizes: () => ({}),
  bytesPerImage: 0,
  describe: () => [['pictures', 'none: text alone']],
}));
