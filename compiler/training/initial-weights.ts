import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Recipe } from '../../dsl/recipe.ts';
import { UserError } from '../artifact/user-error.ts';
import { translate } from '../weights/checkpoint-names.ts';
import type { WeightSource } from '../weights/match-weights.ts';
import { openWeights } from '../weights/open-weights.ts';

/**
 * Finds the parameters that a recipe takes from the files of earlier stages; where two files hold one, the later wins.
 *
 * @param folder where relative paths start: the recipe's
 * @throws UserError for a file that cannot be read, lacks a parameter that it is asked for or has it in another shape
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
      const missing = taken.filter(({ theirs }) => !file.has(theirs));
      const [first] = missing;
      if (first !== undefined) {
        throw new UserError(
          `${file.path} lacks ${missing.length} of the ${taken.length} tensors that recipe '${recipe.name}' takes from it, '${first.theirs}' for one; give the right file or names in initialFrom.`,
        );
      }
      for (const { name, parameter, theirs } of taken) {
        const { shape } = file.tensor(theirs);
        if (shape.join() !== parameter.shape.join()) {
          throw new UserError(
            `Tensor '${theirs}' of ${file.path} is [${shape.join(', ')}], but recipe '${recipe.name}' has '${name}' as [${parameter.shape.join(', ')}].`,
          );
        }
        sources.set(name, { file, name: theirs });
      }
    }
  }
  return sources;
}
