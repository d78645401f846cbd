import { join } from 'node:path';
import { quoted } from '../artifact/quoted.ts';
import { UserError } from '../artifact/user-error.ts';
import { isFolderName } from '../dsl/program/folder-name.ts';

/**
 * Where something goes that has a name, unless `--out` says so: a folder of that name, never one elsewhere.
 *
 * @param what what has the name: `model`
 * @throws UserError for a name that cannot be a folder's
 */
export function defaultOut(above: 'artifacts' | 'runs', what: string, name: string): string {
  if (isFolderName(name)) return join(above, name);
  throw new UserError(
    `The ${what} is called ${quoted(name)}, which cannot be the name of a folder in ${above}/: give it another name, or a folder with --out.`,
  );
}
