import { quoted } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';
import type { WeightFile } from '../../../artifact/weights/weight-file.ts';

/**
 * Several weight files as one.
 *
 * @param path what the user gave
 * @throws UserError when two of them have a tensor of the same name
 */
export function joinedWeights(path: string, files: readonly WeightFile[]): WeightFile {
  const holder = new Map<string, WeightFile>();
  for (const file of files) {
    for (const name of file.names) {
      const other = holder.get(name);
      if (other !== undefined) {
        throw new UserError(
          `The tensor ${quoted(name)} is both in ${other.path} and in ${file.path}; remove one of them.`,
        );
      }
      holder.set(name, file);
    }
  }
  const fileOf = (name: string): WeightFile => {
    const found = holder.get(name);
    if (found === undefined) throw new UserError(`${path} has no tensor ${quoted(name)}.`);
    return found;
  };
  return {
    path,
    names: [...holder.keys()],
    notes: files.flatMap(({ notes }) => notes),
    headers: files.flatMap(({ headers }) => headers),
    has: (name) => holder.has(name),
    tensor: (name) => fileOf(name).tensor(name),
    read: (name) => fileOf(name).read(name),
    readFloat32: (name) => fileOf(name).readFloat32(name),
    float32Pieces: (name, rows) => fileOf(name).float32Pieces(name, rows),
  };
}
