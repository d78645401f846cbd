import type { Recipe } from '../../dsl/program/recipe.ts';
import { type AuthorFileKind, isOfKind, loadAuthorFile } from './load-author-file.ts';

const RECIPE: AuthorFileKind<Recipe> = {
  name: 'recipe',
  maker: 'recipe({ ... })',
  accepts: (value): value is Recipe => isOfKind(value, 'recipe'),
};

/** Loads an author's recipe file, as `loadAuthorFile` does. */
export function loadRecipe(file: string, exportName?: string): Promise<Recipe> {
  return loadAuthorFile(file, RECIPE, exportName);
}
