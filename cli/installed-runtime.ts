import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../artifact/user-error.ts';
import { folderBytes } from './folder-bytes.ts';

/** ONNX Runtime's libraries for one system. */
export interface PlatformFolder {
  /** `linux-x64` */
  readonly platform: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * The folders of ONNX Runtime's libraries for other systems than this, which its package has all of.
 *
 * @param project where to look for the package, as Node does: there and upwards, as a workspace's is. Default: the one that
 *   this program uses
 * @throws UserError where it is not installed, or is laid out otherwise; for a project in which nothing is installed, of
 *   which Node would find what is installed around it
 */
export async function otherPlatforms(project?: string): Promise<readonly PlatformFolder[]> {
  const from =
    project === undefined ? import.meta.url : pathToFileURL(join(resolve(project), 'index.js')).href;
  const place = project ?? 'this program';
  if (project !== undefined && !existsSync(join(project, 'node_modules'))) {
    const found = existsSync(project) ? `${project} has no node_modules` : `${project} does not exist`;
    throw new UserError(
      `${found}, so nothing was removed: give the folder that has onnxruntime-node in its node_modules.`,
    );
  }
  let main: string;
  try {
    main = createRequire(from).resolve('onnxruntime-node');
  } catch {
    throw new UserError(
      `onnxruntime-node is not installed where ${place} would find it: give the folder that has it in its node_modules.`,
    );
  }
  const libraries = join(dirname(main), '..', 'bin', 'napi-v6');
  if (!existsSync(join(libraries, process.platform, process.arch))) {
    throw new UserError(
      `The onnxruntime-node in ${dirname(dirname(main))} has no libraries for ${process.platform} ${process.arch} where they were expected: nothing was removed.`,
    );
  }
  const found: PlatformFolder[] = [];
  for (const system of await readdir(libraries)) {
    for (const architecture of await readdir(join(libraries, system))) {
      if (system === process.platform && architecture === process.arch) continue;
      const path = join(libraries, system, architecture);
      found.push({ platform: `${system}-${architecture}`, path, bytes: await folderBytes(path) });
    }
  }
  return found;
}

/** Removes them, and what is left empty. */
export async function removePlatforms(folders: readonly PlatformFolder[]): Promise<void> {
  for (const { path } of folders) {
    await rm(path, { recursive: true });
    const system = dirname(path);
    if ((await readdir(system)).length === 0) await rm(system, { recursive: true });
  }
}
