// The process that the test kills: `killed-child.ts FOLDER`.
import { killedRecipe } from './killed-recipe.ts';
import { runRecipe } from './run-recipe.ts';

await runRecipe(killedRecipe(), process.argv[2] ?? '');
