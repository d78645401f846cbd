import { spawnSync } from 'node:child_process';
import { cp, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleForWeb } from '../playground/web-bundle.ts';
import { bundleCommands } from './command-bundle.ts';
import { bundleParser } from './parser-bundle.ts';
import { bundleGraphThread, bundleWorker } from './worker-bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

/** Folders of files that the package has as they are, where the sources have them, and which of them it takes. */
const FILES: Readonly<Record<string, (path: string) => boolean>> = {
  models: (path) => !path.endsWith('.ts'),
  // What an export hands on, a client in TypeScript too.
  'runtime/export/triton/files': () => true,
};

/**
 * Makes `dist`, which is what `npm pack` packs. It is made beside and put in place when it is whole: a build that fails
 * leaves none, and no package of half of it.
 */
async function build(): Promise<void> {
  const dist = `${ROOT}dist`;
  const made = `${ROOT}.dist`;
  for (const folder of [dist, made]) await rm(folder, { recursive: true, force: true });
  for (const project of ['tsconfig.build.json', 'tsconfig.web.build.json']) {
    const command = [TSC, '-p', project, '--outDir', made];
    const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
    // The compiler has said what is wrong.
    if (status !== 0) process.exit(status ?? 1);
  }
  await bundleForWeb(`${made}/web`);
  await bundleParser(made);
  await bundleWorker(made);
  await bundleGraphThread(made);
  await bundleCommands(made);
  for (const [folder, filter] of Object.entries(FILES))
    await cp(`${ROOT}${folder}`, `${made}/${folder}`, { recursive: true, filter });
  // What makes the package is no part of it.
  await rm(`${made}/cli/package`, { recursive: true });
  await rename(made, dist);
}

await build();
