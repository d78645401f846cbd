/**
 * Third stage, second part: as the first, but names are told apart by their directions, as in the vision encoder's stage: what
 * is not sure of a picture, as an artist's whom it never saw, says it as loudly as what is.
 *
 *     flamingo train examples/emoji/recipes/naming-apart.ts --out runs/emoji-naming-apart
 */
import { namingRecipe } from '../naming-recipe.ts';
import { wholePart } from '../whole-part.ts';

export default await namingRecipe({
  name: 'emoji-naming-apart',
  steps: 2700,
  learningRate: 1.5e-3,
  schedule: { kind: 'cosine', warmUp: 60 },
  apart: 0.3,
  initialFrom: [
    {
      file: '../../../runs/emoji-naming/weights.safetensors',
      names: [wholePart('perceiver'), wholePart('cross_attention.0')],
    },
  ],
});
