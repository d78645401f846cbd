/**
 * Second stage, second half: half of the episodes now bind made-up words. Calling a thing by the word that an example
 * gave it is what the language model learns last, and once it is frozen nothing can teach it.
 *
 *     flamingo train examples/emoji/recipes/language.ts --out runs/emoji-language
 */
import { fastBinding } from '../episodes/binding.ts';
import { EPISODE_KINDS } from '../episodes/kinds.ts';
import { languageRecipe } from '../language-recipe.ts';

export default await languageRecipe({
  name: 'emoji-language',
  rows: 16,
  steps: 4000,
  learningRate: 1.5e-3,
  schedule: { kind: 'cosine', warmUp: 60 },
  kinds: EPISODE_KINDS.map((each) => (each.kind === fastBinding.kind ? { ...each, weight: 10 } : each)),
  plain: 0.05,
  initialFrom: [{ file: '../../../runs/emoji-language-first/weights.safetensors' }],
});
