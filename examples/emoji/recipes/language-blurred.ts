/**
 * Second stage, last part: descriptions become as unsure as looks at pictures are, and the language model learns to say
 * the one thing that is meant.
 *
 *     flamingo train examples/emoji/recipes/language-blurred.ts --out runs/emoji-language-blurred
 */
import { languageRecipe } from '../language-recipe.ts';

export default await languageRecipe({
  name: 'emoji-language-blurred',
  rows: 16,
  steps: 4850,
  learningRate: 1e-3,
  schedule: { kind: 'cosine', warmUp: 50 },
  plain: 0.08,
  blurred: true,
  initialFrom: [{ file: '../../../runs/emoji-language/weights.safetensors' }],
});
