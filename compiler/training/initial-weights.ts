import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import { translate } from '../weights/match/checkpoint-names.ts';
import type { WeightSource } from '../weights/match/match-weights.ts';
import { openWeights } from '../weights/read/open-weights.ts';

/**
 * Finds the parameters that a recipe takes from the files of earlier stages; where two files hold one, the later wins.
 *
 * @param folder where relative paths start: the recipe's
 * @throws UserError for a file that cannot be read; for one that lacks parameters which it is asked for, or has them in
 *   another shape, with a list of them all
 */
export async function initialWeights(
  recipe: Recipe,
  folder: string,
): Promise<ReadonlyMap<string, WeightSource>> {
  const sources = new Map<string, WeightSource>();
  for (const { file: path, names = [{ ours: '*', theirs: '*' }] } of recipe.initialFrom) {
    const place = resolve(folder, path);
    if (!existsSync(place)) {
      throw new UserError(
        `Recipe '${recipe.name}' begins with the weights of ${place}, which does not exist; train the stage before it first, or change initialFrom.`,
      );
    }
    const file = await openWeights(place);
    for (const rule of names) {
      const taken = [...recipe.parameters].flatMap(([name, parameter]) => {
        const theirs = translate(rule, name);
        return theirs === undefined ? [] : [{ name, parameter, theirs }];
      });
      if (taken.length === 0) {
        throw new UserError(
          `Recipe '${recipe.name}' takes '${rule.ours}' from ${file.path}, but none of its ${recipe.parameters.size} parameters is called so.`,
        );
      }
      const problems = taken.flatMap(({ name, parameter, theirs }) => {
        if (!file.has(theirs)) return [`    ${theirs} is missing`];
        const { shape } = file.tensor(theirs);
        sources.set(name, { file, name: theirs });
        if (shape.join() === parameter.shape.join()) return [];
        return [`    ${theirs} is [${shape.join(', ')}], but '${name}' is [${parameter.shape.join(', ')}]`];
      });
      if (problems.length > 0) {
        throw new UserError(
          `${file.path} does not have ${problems.length} of the ${taken.length} tensors that recipe '${recipe.name}' takes from it as '${rule.ours}'; give the right file or names in initialFrom:\n${problems.join('\n')}`,
        );
      }
    }
  }
  return sources;
}
