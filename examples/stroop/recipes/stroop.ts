/**
 * Second stage: the language model and the cross-attention learn to answer, with the vision encoder frozen.
 *
 *     flamingo train examples/stroop/recipes/stroop.ts --out runs/stroop
 */
import { flamingoParts } from '../../../models/flamingo/flamingo-parts.ts';
import {
  interleavedLogits,
  nextTokenLoss,
  rearrange,
  recipe,
  task,
  unfrozen,
} from '../../../models/index.ts';
import { Random } from '../../emoji/random.ts';
import { wholePart } from '../../emoji/whole-part.ts';
import { EPISODE, episodes } from '../episodes.ts';
import { loadStroopTokenizer } from '../model/load-tokenizer.ts';
import { stroopOptions } from '../model/stroop.ts';
import { pixelsOf } from '../practice.ts';
import { PICTURE_SIZE } from '../stimulus.ts';

const ROWS = 32;

/** What the first stage gave. */
const READING = '../../../runs/stroop-reading/weights.safetensors';

const tokenizer = await loadStroopTokenizer();
const options = stroopOptions();
const parts = flamingoParts({ ...options, language: unfrozen(options.language) });
const { vision } = parts;
const pictures = ROWS * EPISODE.pictures;

export default recipe({
  name: 'stroop',
  steps: 1000,
  parts: parts.tree,
  initialFrom: [{ file: READING, names: [wholePart('vision'), wholePart('perceiver')] }],
  tasks: [
    task({
      name: 'episodes',
      inputs: {
        tokens: { dtype: 'int64', shape: [ROWS, EPISODE.tokens] },
        counted: { dtype: 'bool', shape: [ROWS, EPISODE.tokens] },
        pixels: { dtype: 'float32', shape: [pictures, 3, PICTURE_SIZE, PICTURE_SIZE] },
      },
      loss({ tokens, counted, pixels }) {
        const features = rearrange(
          vision.encode(pixels),
          '(rows media) places dim -> rows media 1 places dim',
          { rows: ROWS },
        );
        const logits = interleavedLogits(parts, { tokens, features, imageToken: tokenizer.special.image });
        return nextTokenLoss(logits, tokens, counted);
      },
      data: {
        batch(step, seed) {
          const random = new Random(seed, step);
          const { text, stimuli } = episodes(tokenizer, ROWS, random);
          return { ...text, pixels: pixelsOf(stimuli, random) };
        },
      },
    }),
  ],
  optimizer: { learningRate: 2e-3, weightDecay: 0.02, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 50 },
  checkpointEvery: 100,
});
