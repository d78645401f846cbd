/**
 * The smallest recipe: a language model of 60,000 weights learns in a minute to repeat what it has just read.
 *
 *     flamingo train models/recipes/copy.ts --out runs/copy
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { nextTokenLoss, opt, recipe, task, textLogits } from '../index.ts';

const BATCH = 16;
const WORD = 6;
const REPEATS = 3;
const TEXT = WORD * REPEATS;
const VOCABULARY = 32;

const language = opt({ dim: 48, layers: 2, heads: 4, vocabulary: VOCABULARY, contextLength: TEXT });

/** Rows of a made-up word said three times; the first time nobody can foretell it, so it does not count. */
function repeatedWords(step: number, seed: number) {
  const random = xoroshiro128plus(seed + step);
  const tokens = new BigInt64Array(BATCH * TEXT);
  const counted = new Uint8Array(BATCH * TEXT);
  for (let row = 0; row < BATCH; row += 1) {
    const word = Array.from({ length: WORD }, () => uniformInt(random, 0, VOCABULARY - 1));
    for (let place = 0; place < TEXT; place += 1) {
      tokens[row * TEXT + place] = BigInt(word[place % WORD] ?? 0);
      counted[row * TEXT + place] = place < WORD ? 0 : 1;
    }
  }
  return { tokens, counted };
}

export default recipe({
  name: 'copy',
  steps: 400,
  parts: { language: language.parts },
  tasks: [
    task({
      name: 'text',
      inputs: {
        tokens: { dtype: 'int64', shape: [BATCH, TEXT] },
        counted: { dtype: 'bool', shape: [BATCH, TEXT] },
      },
      loss: ({ tokens, counted }) => nextTokenLoss(textLogits(language, tokens), tokens, counted),
      data: { batch: repeatedWords },
    }),
  ],
  optimizer: { learningRate: 3e-3 },
  schedule: { kind: 'cosine', warmUp: 20 },
});
