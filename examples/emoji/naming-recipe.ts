import { fileURLToPath } from 'node:url';
import { emojiOptions } from '../../models/emoji/emoji.ts';
import { CONTEXT_LENGTH, VOCABULARY } from '../../models/emoji/language.ts';
import { flamingoParts } from '../../models/flamingo/flamingo-parts.ts';
import { add, matmul, multiply, type Recipe, recipe, task, transpose } from '../../models/index.ts';
import { unitLength } from '../../models/losses/contrastive.ts';
import { crossEntropy } from '../../models/losses/cross-entropy.ts';
import { namedPictures } from './batches/named-pictures.ts';
import { loadTrainingVocabulary } from './data/gallery.ts';
import { describedPictures, type Unlikeness } from './described-pictures.ts';
import type { StageOptions } from './stage-options.ts';
import { wholePart } from './whole-part.ts';

const PICTURES = 512;
/** Tokens of a name. */
const WORDS = 12;
/** What cosines are multiplied by to choose among names. */
const SHARPNESS = 16;

/** What the first two stages gave; the second as a recipe in `recipes/` would name it. */
const VISION = fileURLToPath(new URL('../../runs/emoji-vision/weights.safetensors', import.meta.url));
const LANGUAGE = '../../../runs/emoji-language/weights.safetensors';

/** Of `initialFrom` the resampler and the first block; what is frozen is there already. */
export interface NamingRecipeOptions extends StageOptions {
  /** What is not seen of a picture. Default `otherDirection`. */
  readonly unlike?: Unlikeness;
  /** Weight of telling all names apart, besides. Default 0: that is measured alone. */
  readonly apart?: number;
}

/**
 * The third stage's first parts: the resampler and the first cross-attention block learn to say in words what a picture
 * shows, many pictures at a time and without the language model.
 */
export async function namingRecipe(options: NamingRecipeOptions): Promise<Recipe> {
  const { learningRate, unlike, apart = 0, initialFrom = [], ...rest } = options;
  const { length: names } = await loadTrainingVocabulary();
  const parts = flamingoParts(emojiOptions());
  const { vision } = parts;
  const pictures = describedPictures(parts, unlike);
  return recipe({
    ...rest,
    parts: pictures.firstParts,
    initialFrom: [{ file: LANGUAGE, names: [wholePart('language'), wholePart('described')] }, ...initialFrom],
    tasks: [
      task({
        name: 'pictures',
        inputs: {
          tokens: { dtype: 'int64', shape: [PICTURES] },
          positions: { dtype: 'int64', shape: [PICTURES] },
          described: { dtype: 'int64', shape: [PICTURES, 1, WORDS] },
          describedMask: { dtype: 'float32', shape: [PICTURES, 1, WORDS] },
          emoji: { dtype: 'int32', shape: [PICTURES] },
          allNames: { dtype: 'int64', shape: [names, 1, WORDS] },
          allNamesMask: { dtype: 'float32', shape: [names, 1, WORDS] },
          features: { dtype: 'float32', shape: [PICTURES, vision.tokens, vision.dim] },
        },
        loss({ emoji, allNames, allNamesMask, ...batch }) {
          const { added, unseen } = pictures.alone(batch);
          const all = pictures.wanted({ described: allNames, describedMask: allNamesMask });
          const cosines = matmul(unitLength(added), transpose(unitLength(all), [1, 0]));
          const naming = crossEntropy(multiply(cosines, SHARPNESS), emoji);
          const loss = apart > 0 ? add(unseen, multiply(naming, apart)) : unseen;
          return { loss, metrics: { unseen, naming } };
        },
        data: namedPictures({
          ...{ vision, pictures: PICTURES, words: WORDS, vocabulary: VOCABULARY },
          ...{ positions: CONTEXT_LENGTH, variants: 10, weights: VISION },
        }),
      }),
    ],
    optimizer: { learningRate, weightDecay: 0.05, betas: [0.9, 0.98] },
    checkpointEvery: 200,
  });
}
