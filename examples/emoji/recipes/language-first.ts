/**
 * Second stage, first half: the language model learns the words for things and what is asked of it.
 *
 *     flamingo train examples/emoji/recipes/language-first.ts --out runs/emoji-language-first
 */
import { languageRecipe } from '../language-recipe.ts';

export default await languageRecipe({
  name: 'emoji-language-first',
  rows: 24,
  steps: 2233,
  learningRate: 2e-3,
  schedule: { kind: 'cosine', warmUp: 150, final: 0.15 },
});
