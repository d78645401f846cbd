/**
 * First stage, second half: the vision encoder goes on with pictures in full size.
 *
 *     flamingo train examples/emoji/recipes/vision.ts --out runs/emoji-vision
 */
import { PICTURE_SIZE } from '../../../models/emoji/vision.ts';
import { visionRecipe } from '../vision-recipe.ts';

export default await visionRecipe({
  name: 'emoji-vision',
  size: PICTURE_SIZE,
  steps: 2550,
  learningRate: 1e-3,
  schedule: { kind: 'cosine', warmUp: 30 },
  initialFrom: [{ file: '../../../runs/emoji-vision-small/weights.safetensors' }],
});
