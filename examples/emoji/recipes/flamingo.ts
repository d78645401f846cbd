/**
 * Third stage, last part: with both frozen, the resampler and the cross-attention between vision encoder and language
 * model learn from episodes of pictures and text.
 *
 *     flamingo train examples/emoji/recipes/flamingo.ts --out runs/emoji
 */
import { fileURLToPath } from 'node:url';
import { rearrange } from '../../../dsl/index.ts';
import { emojiOptions } from '../../../models/emoji/emoji.ts';
import { flamingoParts } from '../../../models/flamingo/flamingo-parts.ts';
import { add, multiply, nextTokenLoss, recipe, task } from '../../../models/index.ts';
import { interleavedData } from '../batches/interleaved-data.ts';
import { describedPictures } from '../described-pictures.ts';
import { fastBinding } from '../episodes/binding.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { askedQuestion, shownQuestion } from '../episodes/questions.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import { wholePart } from '../whole-part.ts';

const ROWS = 16;
const TEXT = 128;
const PICTURES = 16;
/** Tokens of a picture's description. */
const WORDS = 12;
/** Weight of what the first block does not see, against the next token's loss. */
const UNSEEN = 1;

/** What the first two stages gave. */
const VISION = '../../../runs/emoji-vision/weights.safetensors';
const LANGUAGE = '../../../runs/emoji-language-blurred/weights.safetensors';

/** What the parts before this gave. */
const NAMING = '../../../runs/emoji-naming-apart/weights.safetensors';

const parts = flamingoParts(emojiOptions());
const { vision } = parts;
const pictures = describedPictures(parts);
const { special } = await loadEmojiTokenizer();
const data = interleavedData({
  ...{ vision, rows: ROWS, length: TEXT, pictures: PICTURES, words: WORDS, variants: 10 },
  weights: fileURLToPath(new URL(VISION, import.meta.url)),
});

/** @param kinds of episodes; default all */
const episodes = (name: string, kinds?: readonly EpisodeKind[]) =>
  task({
    name,
    inputs: {
      tokens: { dtype: 'int64', shape: [ROWS, TEXT] },
      counted: { dtype: 'bool', shape: [ROWS, TEXT] },
      described: { dtype: 'int64', shape: [ROWS, PICTURES, WORDS] },
      describedMask: { dtype: 'float32', shape: [ROWS, PICTURES, WORDS] },
      features: { dtype: 'float32', shape: [ROWS, PICTURES, vision.tokens, vision.dim] },
    },
    loss({ tokens, counted, features, ...descriptions }) {
      const frames = rearrange(features, 'rows pictures places dim -> rows pictures 1 places dim');
      const { logits, unseen } = pictures.forward({
        ...descriptions,
        ...{ tokens, features: frames, imageToken: special.image },
      });
      const words = nextTokenLoss(logits, tokens, counted);
      return { loss: add(words, multiply(unseen, UNSEEN)), metrics: { words, unseen } };
    },
    data: data(kinds),
  });

export default recipe({
  name: 'emoji',
  steps: 2370,
  parts: pictures.parts,
  initialFrom: [
    { file: VISION, names: [wholePart('vision')] },
    { file: LANGUAGE, names: [wholePart('language'), wholePart('described')] },
    { file: NAMING, names: [wholePart('perceiver'), wholePart('cross_attention.0')] },
  ],
  tasks: [episodes('episodes')],
  evaluation: {
    every: 395,
    batches: 2,
    tasks: [fastBinding, shownQuestion, askedQuestion].map((kind) => episodes(kind.kind, [kind])),
  },
  // Gently: at a higher rate the first block forgets names faster than the others learn.
  optimizer: { learningRate: 4e-4, weightDecay: 0.05, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 50 },
  checkpointEvery: 100,
});
