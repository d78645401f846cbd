/**
 * Last stage: with both frozen, the resampler and the cross-attention between vision encoder and language model learn
 * from episodes of pictures and text.
 *
 *     flamingo train models/emoji/recipes/flamingo.ts --out runs/emoji
 */
import { fileURLToPath } from 'node:url';
import { rearrange } from '../../../dsl/index.ts';
import { flamingoParts } from '../../flamingo-parts.ts';
import { maskedGatedCrossAttention } from '../../gated-cross-attention.ts';
import { interleavedLogits, nextTokenLoss, recipe, task } from '../../index.ts';
import { interleavedData } from '../batches/interleaved-data.ts';
import { emojiOptions } from '../emoji.ts';
import { fastBinding } from '../episodes/binding.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { askedQuestion, shownQuestion } from '../episodes/questions.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';

const ROWS = 16;
const TEXT = 128;
const PICTURES = 16;

/** What the first two stages gave. */
const VISION = '../../../runs/emoji-vision/weights.safetensors';
const LANGUAGE = '../../../runs/emoji-language/weights.safetensors';

const parts = flamingoParts(emojiOptions(), maskedGatedCrossAttention);
const { vision } = parts;
const { special } = await loadEmojiTokenizer();
const data = interleavedData({
  ...{ vision, rows: ROWS, length: TEXT, pictures: PICTURES, variants: 6 },
  weights: fileURLToPath(new URL(VISION, import.meta.url)),
});

/** @param kinds of episodes; default all */
const episodes = (name: string, kinds?: readonly EpisodeKind[]) =>
  task({
    name,
    inputs: {
      tokens: { dtype: 'int64', shape: [ROWS, TEXT] },
      counted: { dtype: 'bool', shape: [ROWS, TEXT] },
      features: { dtype: 'float32', shape: [ROWS, PICTURES, vision.tokens, vision.dim] },
    },
    loss({ tokens, counted, features }) {
      const frames = rearrange(features, 'rows pictures places dim -> rows pictures 1 places dim');
      const logits = interleavedLogits(parts, { tokens, features: frames, imageToken: special.image });
      return nextTokenLoss(logits, tokens, counted);
    },
    data: data(kinds),
  });

export default recipe({
  name: 'emoji',
  steps: 3000,
  parts: parts.tree,
  initialFrom: [
    { file: VISION, names: [{ ours: 'vision.*', theirs: 'vision.*' }] },
    { file: LANGUAGE, names: [{ ours: 'language.*', theirs: 'language.*' }] },
  ],
  tasks: [episodes('episodes')],
  evaluation: {
    every: 200,
    batches: 2,
    tasks: [fastBinding, shownQuestion, askedQuestion].map((kind) => episodes(kind.kind, [kind])),
  },
  optimizer: { learningRate: 1.5e-3, weightDecay: 0.05, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 150 },
  checkpointEvery: 100,
});
