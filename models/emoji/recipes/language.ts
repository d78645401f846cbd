/**
 * Second stage: the language model learns the words for things, and to do as the examples before it do, from episodes
 * in words alone.
 *
 *     flamingo train models/emoji/recipes/language.ts --out runs/emoji-language
 */
import { nextTokenLoss, recipe, task, textLogits } from '../../index.ts';
import { textData } from '../batches/text-data.ts';
import { emojiLanguage } from '../language.ts';

const ROWS = 24;
const TEXT = 176;

const language = emojiLanguage();

export default recipe({
  name: 'emoji-language',
  steps: 3000,
  parts: { language: language.parts },
  tasks: [
    task({
      name: 'episodes',
      inputs: {
        tokens: { dtype: 'int64', shape: [ROWS, TEXT] },
        counted: { dtype: 'bool', shape: [ROWS, TEXT] },
      },
      loss: ({ tokens, counted }) => nextTokenLoss(textLogits(language, tokens), tokens, counted),
      data: textData({ rows: ROWS, length: TEXT }),
    }),
  ],
  optimizer: { learningRate: 2e-3, weightDecay: 0.05, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 150 },
  checkpointEvery: 100,
});
