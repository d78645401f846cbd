import { randomBytes } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isSystemError, refusal } from './system-error.ts';
import { UserError } from './user-error.ts';

/**
 * Makes an artifact folder whole or not at all: `write` fills a hidden folder beside it, which takes the final name
 * in one step when everything is there. A run that fails, or is killed, never leaves a folder under the final name.
 *
 * @param replace allow an artifact that is already there to be replaced; any other folder is refused
 * @throws UserError when the folder exists and may not be replaced, or there is no room for it
 */
export async function writeArtifactFolder(
  folder: string,
  replace: boolean,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  const target = resolve(folder);
  await refuseForeignFolder(folder, target, replace);
  const mark = randomBytes(4).toString('hex');
  const partial = `${target}.${mark}.partial`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(partial);
    await write(partial);
    const old = `${target}.${mark}.old`;
    const replaced = await exists(target);
    if (replaced) await rename(target, old);
    await rename(partial, target);
    if (replaced) await rm(old, { recursive: true });
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (isSystemError(error)) throw new UserError(refusal(folder, error));
    // The folder that is gone again is no place that the user knows.
    if (error instanceof UserError) throw new UserError(error.message.replaceAll(partial, folder));
    throw error;
  }
}

async function refuseForeignFolder(folder: string, target: string, replace: boolean): Promise<void> {
  if (!(await exists(target))) return;
  const entries = await readdir(target).catch(() => undefined);
  if (entries === undefined) throw new UserError(`${folder} is a file; give a folder that --out may create.`);
  if (entries.length === 0) return;
  if (!entries.includes('manifest.json')) {
    throw new UserError(
      `${folder} holds other files and is not a compiled model; give another folder with --out.`,
    );
  }
  if (!replace) throw new UserError(`${folder} already holds a compiled model; add --force to replace it.`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
