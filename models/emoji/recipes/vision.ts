/**
 * First stage: the vision encoder learns to tell pictures apart, from words and from other artists' drawings.
 *
 *     flamingo train models/emoji/recipes/vision.ts --out runs/emoji-vision
 */
import {
  add,
  concat,
  exp,
  type LossWithMetrics,
  matmul,
  minimum,
  multiply,
  slice,
  transpose,
} from '../../../dsl/index.ts';
import { recipe, task } from '../../index.ts';
import { contrastiveLoss, unitLength } from '../../losses/contrastive.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { pictureAndWordBatches } from '../batches/picture-and-word-batches.ts';
import { loadTrainingVocabulary } from '../data/gallery.ts';
import { VOCABULARY } from '../language.ts';
import { pictureWords } from '../picture-words.ts';
import { PICTURE_SIZE } from '../vision.ts';

/** Emoji a step, two drawings of each. */
const EMOJI = 96;
/** Most tokens of an emoji's words. */
const WORDS = 24;

const towers = pictureWords(VOCABULARY);
const { length: names } = await loadTrainingVocabulary();
const pictures = { dtype: 'float32', shape: [EMOJI, 3, PICTURE_SIZE, PICTURE_SIZE] } as const;

export default recipe({
  name: 'emoji-vision',
  steps: 1600,
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
        const scale = exp(minimum(towers.parts.scales.names, Math.log(100)));
        const naming = crossEntropy(multiply(cosines, scale), concat([emoji, emoji], 0));
        const drawings = contrastiveLoss(
          slice(seen, 0, 0, EMOJI),
          slice(seen, 0, EMOJI, 2 * EMOJI),
          towers.parts.scales.drawings,
        );
        return {
          loss: add(naming, multiply(drawings.loss, 0.5)),
          metrics: { naming, drawings: drawings.loss, same_emoji: drawings.metrics.image_accuracy ?? naming },
        };
      },
      data: pictureAndWordBatches({ emoji: EMOJI, width: WORDS }),
    }),
  ],
  optimizer: { learningRate: 1.5e-3, weightDecay: 0.05 },
  schedule: { kind: 'cosine', warmUp: 100 },
  checkpointEvery: 100,
});
