/**
 * First stage, first half: the vision encoder learns to tell small pictures apart, at less than half the work.
 *
 *     flamingo train examples/emoji/recipes/vision-small.ts --out runs/emoji-vision-small
 */
import { visionRecipe } from '../vision-recipe.ts';

export default await visionRecipe({
  name: 'emoji-vision-small',
  size: 32,
  steps: 3000,
  learningRate: 1.5e-3,
  schedule: { kind: 'cosine', warmUp: 100, final: 0.3 },
});
