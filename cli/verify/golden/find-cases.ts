import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../artifact/user-error.ts';
import { CASE_FILE } from './case-file.ts';

/**
 * The folders of golden references that a folder stands for: itself, or those in it, by name.
 *
 * @throws UserError when there are none
 */
export async function findCases(folder: string): Promise<readonly string[]> {
  if (existsSync(join(folder, CASE_FILE))) return [folder];
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => !entry.isFile())
    .map(({ name }) => name)
    .filter((name) => existsSync(join(folder, name, CASE_FILE)))
    .sort();
  if (names.length > 0) return names.map((name) => join(folder, name));
  throw new UserError(
    `${folder} has no ${CASE_FILE}, nor has a folder in it; give the folder of a golden reference, or of several.`,
  );
}
