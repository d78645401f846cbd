import {
  add,
  concat,
  type LossWithMetrics,
  matmul,
  multiply,
  type Recipe,
  recipe,
  slice,
  task,
  transpose,
} from '../../dsl/index.ts';
import { VOCABULARY } from '../../models/emoji/language.ts';
import { contrastiveLoss, sharpened, unitLength } from '../../models/losses/contrastive.ts';
import { crossEntropy } from '../../models/losses/cross-entropy.ts';
import { pictureAndWordBatches } from './batches/picture-and-word-batches.ts';
import { loadTrainingVocabulary } from './data/gallery.ts';
import { pictureWords } from './picture-words.ts';
import type { StageOptions } from './stage-options.ts';

/** Emoji a step, two drawings of each. */
const EMOJI = 64;
/** Most tokens of an emoji's words. */
const WORDS = 24;

export interface VisionRecipeOptions extends StageOptions {
  /** Height and width of the pictures in pixels; a multiple of 8. */
  readonly size: number;
}

/**
 * The vision encoder's stage: pictures are told apart by their words and from other artists' drawings. A convolution
 * network takes pictures of any size, so most of the learning is done on small ones, at less than half the work.
 */
export async function visionRecipe(options: VisionRecipeOptions): Promise<Recipe> {
  const { size, learningRate, ...rest } = options;
  const towers = pictureWords(VOCABULARY);
  const { length: names } = await loadTrainingVocabulary();
  const pictures = { dtype: 'float32', shape: [EMOJI, 3, size, size] } as const;
  return recipe({
    ...rest,
    parts: towers.parts,
    tasks: [
      task({
        name: 'pictures',
        inputs: {
          first: pictures,
          second: pictures,
          emoji: { dtype: 'int32', shape: [EMOJI] },
          words: { dtype: 'int64', shape: [names, WORDS] },
          wordMask: { dtype: 'float32', shape: [names, WORDS] },
        },
        loss({ first, second, emoji, words, wordMask }): LossWithMetrics {
          const seen = towers.picture(concat([first, second], 0));
          // Every picture against the words of every emoji, not of the batch alone: the words are cheap to embed.
          const cosines = matmul(
            unitLength(seen),
            transpose(unitLength(towers.words(words, wordMask)), [1, 0]),
          );
          const naming = crossEntropy(
            sharpened(cosines, towers.parts.scales.names),
            concat([emoji, emoji], 0),
          );
          const drawings = contrastiveLoss(
            slice(seen, 0, 0, EMOJI),
            slice(seen, 0, EMOJI, 2 * EMOJI),
            towers.parts.scales.drawings,
          );
          return {
            loss: add(naming, multiply(drawings.loss, 0.5)),
            metrics: {
              naming,
              drawings: drawings.loss,
              same_emoji: drawings.metrics.image_accuracy ?? naming,
            },
          };
        },
        data: pictureAndWordBatches({ emoji: EMOJI, width: WORDS, size }),
      }),
    ],
    optimizer: { learningRate, weightDecay: 0.05 },
    checkpointEvery: 100,
  });
}
