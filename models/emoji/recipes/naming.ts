/**
 * Third stage, first part: the resampler and the first cross-attention block learn to say in words what a picture shows,
 * many pictures at a time and without the language model.
 *
 *     flamingo train models/emoji/recipes/naming.ts --out runs/emoji-naming
 */
import { fileURLToPath } from 'node:url';
import { flamingoParts } from '../../flamingo-parts.ts';
import { maskedGatedCrossAttention } from '../../gated-cross-attention.ts';
import { recipe, task } from '../../index.ts';
import { namedPictures } from '../batches/named-pictures.ts';
import { loadTrainingVocabulary } from '../data/gallery.ts';
import { describedPictures, shareOfSquares } from '../described-pictures.ts';
import { emojiOptions } from '../emoji.ts';
import { CONTEXT_LENGTH, VOCABULARY } from '../language.ts';

const PICTURES = 512;
/** Tokens of a name. */
const WORDS = 12;

/** What the first two stages gave. */
const VISION = '../../../runs/emoji-vision/weights.safetensors';
const LANGUAGE = '../../../runs/emoji-language/weights.safetensors';

const { length: names } = await loadTrainingVocabulary();
const parts = flamingoParts(emojiOptions(), maskedGatedCrossAttention);
const { vision } = parts;
const pictures = describedPictures(parts, shareOfSquares);

export default recipe({
  name: 'emoji-naming',
  steps: 2800,
  parts: pictures.firstParts,
  initialFrom: [
    {
      file: LANGUAGE,
      names: ['language', 'described'].map((part) => ({ ours: `${part}.*`, theirs: `${part}.*` })),
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
      loss: (batch) => pictures.alone(batch).unseen,
      data: namedPictures({
        ...{ vision, pictures: PICTURES, words: WORDS, vocabulary: VOCABULARY, positions: CONTEXT_LENGTH },
        ...{ variants: 10, weights: fileURLToPath(new URL(VISION, import.meta.url)) },
      }),
    }),
  ],
  optimizer: { learningRate: 2e-3, weightDecay: 0.05, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 100, final: 0.1 },
  checkpointEvery: 200,
});
