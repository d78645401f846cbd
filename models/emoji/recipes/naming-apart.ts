/**
 * Third stage, second part: as the first, but names are told apart by their directions, as in the vision encoder's stage: what
 * is not sure of a picture, as an artist's whom it never saw, says it as loudly as what is.
 *
 *     flamingo train models/emoji/recipes/naming-apart.ts --out runs/emoji-naming-apart
 */
import { fileURLToPath } from 'node:url';
import { flamingoParts } from '../../flamingo-parts.ts';
import { maskedGatedCrossAttention } from '../../gated-cross-attention.ts';
import { add, matmul, multiply, recipe, task, transpose } from '../../index.ts';
import { unitLength } from '../../losses/contrastive.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { namedPictures } from '../batches/named-pictures.ts';
import { loadTrainingVocabulary } from '../data/gallery.ts';
import { describedPictures } from '../described-pictures.ts';
import { emojiOptions } from '../emoji.ts';
import { CONTEXT_LENGTH, VOCABULARY } from '../language.ts';

const PICTURES = 512;
/** Tokens of a name. */
const WORDS = 12;
/** What cosines are multiplied by to choose among names. */
const SHARPNESS = 16;
/** Weight of telling names apart. */
const APART = 0.3;

/** What the first two stages gave. */
const VISION = '../../../runs/emoji-vision/weights.safetensors';
const LANGUAGE = '../../../runs/emoji-language/weights.safetensors';

const { length: names } = await loadTrainingVocabulary();
const parts = flamingoParts(emojiOptions(), maskedGatedCrossAttention);
const { vision } = parts;
const pictures = describedPictures(parts);

export default recipe({
  name: 'emoji-naming-apart',
  steps: 900,
  parts: pictures.firstParts,
  initialFrom: [
    {
      file: LANGUAGE,
      names: ['language', 'described'].map((part) => ({ ours: `${part}.*`, theirs: `${part}.*` })),
    },
    {
      file: '../../../runs/emoji-naming/weights.safetensors',
      names: ['perceiver', 'cross_attention.0'].map((part) => ({ ours: `${part}.*`, theirs: `${part}.*` })),
    },
  ],
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
        return { loss: add(unseen, multiply(naming, APART)), metrics: { unseen, naming } };
      },
      data: namedPictures({
        ...{ vision, pictures: PICTURES, words: WORDS, vocabulary: VOCABULARY, positions: CONTEXT_LENGTH },
        ...{ variants: 10, weights: fileURLToPath(new URL(VISION, import.meta.url)) },
      }),
    }),
  ],
  optimizer: { learningRate: 1e-3, weightDecay: 0.05, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 40 },
  checkpointEvery: 200,
});
