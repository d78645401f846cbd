/**
 * Third stage, first part: the resampler and the first cross-attention block learn to say in words what a picture shows,
 * many pictures at a time and without the language model.
 *
 *     flamingo train examples/emoji/recipes/naming.ts --out runs/emoji-naming
 */
import { shareOfSquares } from '../described-pictures.ts';
import { namingRecipe } from '../naming-recipe.ts';

export default await namingRecipe({
  name: 'emoji-naming',
  steps: 2800,
  learningRate: 2e-3,
  schedule: { kind: 'cosine', warmUp: 100, final: 0.1 },
  unlike: shareOfSquares,
});
