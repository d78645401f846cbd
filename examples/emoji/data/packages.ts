import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';

const require = createRequire(import.meta.url);

const manifestSchema = z.looseObject({ version: z.string() });

/**
 * The JSON file at a path inside an installed package, as `emojibase-data/en/data.json`.
 *
 * @throws UserError where the package is not installed: the data are built from development dependencies, which users
 *   of the trained model do not have.
 */
export async function readPackageFile(path: string): Promise<unknown> {
  return JSON.parse(await readFile(locate(path), 'utf8'));
}

/** The version of an installed package. */
export async function packageVersion(name: string): Promise<string> {
  return manifestSchema.parse(await readPackageFile(`${name}/package.json`)).version;
}

/** Runs an `import()` of a development dependency. @throws UserError where it is not installed */
export async function importPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  // Said in a sentence here, before the loader says it in its own way.
  locate(`${name}/package.json`);
  return load();
}

function locate(path: string): string {
  try {
    return require.resolve(path);
  } catch {
    const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
    throw new UserError(
      `The emoji data are built with the package ${name}, which is not here with its ${path.slice(name.length + 1)}: install it with 'npm install --save-dev ${name}'.`,
    );
  }
}
