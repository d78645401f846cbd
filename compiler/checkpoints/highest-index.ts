import { UserError } from '../../artifact/user-error.ts';
import type { WeightFile } from '../../artifact/weights/weight-file.ts';
import { LIMITS } from '../../dsl/limits.ts';

/**
 * The highest number that a pattern's first group finds in a file's names, the layers of some part; -1 where none fits.
 *
 * @throws UserError for more layers than any model has: a name alone would make the graph of them
 */
export function highestIndex(file: WeightFile, pattern: RegExp): number {
  const { most } = LIMITS.modelLayers;
  return file.names.reduce((highest, name) => {
    const index = Number(pattern.exec(name)?.[1] ?? -1);
    if (index < most) return Math.max(highest, index);
    throw new UserError(
      `${file.path} has the tensor ${name}, but at most ${most} layers are taken; download the file again.`,
    );
  }, -1);
}
