/**
 * Second stage: the language model learns the words for things, and to do as the examples before it do, from episodes
 * in which words stand in the place of pictures.
 *
 *     flamingo train models/emoji/recipes/language.ts --out runs/emoji-language
 */
import { nextTokenLoss, recipe, task } from '../../index.ts';
import { textData } from '../batches/text-data.ts';
import { describedLanguage } from '../described-language.ts';
import { fastBinding } from '../episodes/binding.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { askedQuestion, shownQuestion } from '../episodes/questions.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';

const ROWS = 24;
const TEXT = 128;
const PICTURES = 16;
/** Tokens of a description. */
const WORDS = 12;

const { parts, logits } = describedLanguage();
const { special } = await loadEmojiTokenizer();

/** @param only the kind of episodes; default all, and plain lines */
const episodes = (name: string, only?: EpisodeKind) =>
  task({
    name,
    inputs: {
      tokens: { dtype: 'int64', shape: [ROWS, TEXT] },
      counted: { dtype: 'bool', shape: [ROWS, TEXT] },
      described: { dtype: 'int64', shape: [ROWS, PICTURES, WORDS] },
      describedMask: { dtype: 'float32', shape: [ROWS, PICTURES, WORDS] },
    },
    loss: ({ tokens, counted, described, describedMask }) =>
      nextTokenLoss(logits({ tokens, described, describedMask, imageToken: special.image }), tokens, counted),
    data: textData({
      ...{ rows: ROWS, length: TEXT, pictures: PICTURES, words: WORDS },
      ...(only && { kinds: [only], plain: 0 }),
    }),
  });

export default recipe({
  name: 'emoji-language',
  steps: 3000,
  parts,
  tasks: [episodes('episodes')],
  evaluation: {
    every: 200,
    batches: 2,
    tasks: [fastBinding, shownQuestion, askedQuestion].map((kind) => episodes(kind.kind, kind)),
  },
  optimizer: { learningRate: 2e-3, weightDecay: 0.05, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 150 },
  checkpointEvery: 100,
});
