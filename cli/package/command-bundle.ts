import { relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundleInPackage } from './bundle-in-package.ts';
import { sharpInside } from './sharp-inside.ts';
import { zodByName } from './zod-by-name.ts';

/** What has native code, and what an answer seldom needs. */
const APART = ['onnxruntime-node', 'tsx', 'cli-table3', 'cli-progress'];

/**
 * What stays beside the file where it is loaded on the way alone: the compiler, presets, commands that do not answer, and
 * what starts the thread of a large model, which it finds beside itself.
 */
const BESIDE =
  /^(?:compiler\/|cli\/presets\.js|cli\/commands\/(?!run\.|prepare\.)|runtime\/worker\/start-thread\.js)/;

/**
 * Makes one file of the command line, of the commands that answer (`flamingo.mjs` names them) and of all that they load, in
 * the package that is being built in `folder`: to find some five hundred modules takes longer than the small model takes to
 * answer. It is CommonJS, as the thread's file.
 */
export async function bundleCommands(folder: string): Promise<void> {
  await bundleInPackage(folder, 'cli/command-line.js', 'cli/answering.cjs', {
    format: 'cjs',
    external: APART,
    plugins: [beside(folder), zodByName, sharpInside],
    // Where modules lie is asked by those of this folder alone.
    define: { 'import.meta.url': 'address' },
    banner: { js: 'const address=require("node:url").pathToFileURL(__filename).href;' },
    legalComments: 'linked',
  });
}

/** Leaves modules where they are, as seen from the command line's folder. */
function beside(folder: string): Plugin {
  return {
    name: 'beside',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const module = relative(folder, resolve(resolveDir, path)).replaceAll('\\', '/');
        if (kind !== 'dynamic-import' || !BESIDE.test(module)) return undefined;
        return { path: `../${module}`, external: true };
      });
    },
  };
}
