import { isProgram } from '../../dsl/program/is-program.ts';
import type { Program } from '../../dsl/program/program.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import { type AuthorFileKind, isOfKind, loadAuthorFile } from './load-author-file.ts';

export interface LoadModelOptions {
  /** Which export is the model; its default export unless told. */
  readonly exportName?: string;
}

const MODEL: AuthorFileKind<Program> = {
  name: 'model',
  maker: 'flamingo({ ... })',
  accepts: isProgram,
};

/** Loads an author's model file, as `loadAuthorFile` does. */
export function loadModel(file: string, { exportName }: LoadModelOptions = {}): Promise<Program> {
  return loadAuthorFile(file, MODEL, exportName);
}

const MODEL_OR_RECIPE: AuthorFileKind<Program | Recipe> = {
  name: 'model',
  maker: 'flamingo({ ... }) or recipe({ ... })',
  accepts: (value): value is Program | Recipe => isProgram(value) || isOfKind(value, 'recipe'),
};

/** Loads an author's file that has either, as `loadAuthorFile` does. */
export function loadModelOrRecipe(file: string, exportName?: string): Promise<Program | Recipe> {
  return loadAuthorFile(file, MODEL_OR_RECIPE, exportName);
}
