import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let installed: Promise<string> | undefined;

/**
 * A folder of a project of its own, into which the package was installed as users get it: built, packed, and installed by
 * npm from the tarball, with what it declares and nothing else. Made once for all tests; removed when they end.
 */
export function installedPackage(): Promise<string> {
  installed ??= install();
  return installed;
}

async function install(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flamingo-package-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await execute('npm', ['run', 'build'], { cwd: ROOT });
  await execute('npm', ['pack', '--pack-destination', folder], { cwd: ROOT });
  const [tarball = ''] = await readdir(folder);
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'mine', private: true, type: 'module' }),
  );
  await execute('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`], {
    cwd: folder,
  });
  return folder;
}
