import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleAddress } from '../../dsl/module-address.ts';

/**
 * This very instance of the package. In a clone it is TypeScript that a loader transpiles; as published it is the
 * `dist` folder. Authors' files, wherever they lie, must share this instance: a second copy of the DSL would make
 * tensors that this one does not know.
 */
const here = fileURLToPath(moduleAddress(import.meta.url));
const extension = here.endsWith('.ts') ? '.ts' : '.js';
const root = dirname(dirname(dirname(here)));

/** True when the package runs from its sources: something has registered a TypeScript loader already. */
export const RUNS_FROM_SOURCE = extension === '.ts';

/** The specifiers that authors may import, and the module that each one means. */
const ENTRY_POINTS = {
  'flamingo-onnx': 'models/index',
  'flamingo-onnx/dsl': 'dsl/index',
  'flamingo-onnx/compiler': 'compiler/index',
  'flamingo-onnx/extend': 'compiler/extend',
  'flamingo-onnx/runtime': 'runtime/index',
  'flamingo-onnx/metrics': 'runtime/evaluate/metrics/index',
} as const;

/** Where its files lie, each with the separator behind it. */
export const OWN_FOLDERS = ['dsl', 'models', 'compiler', 'artifact', 'runtime', 'cli'].map(
  (folder) => join(root, folder) + sep,
);

/** Absolute path of the module behind each specifier of this package: for Node to run, or for the type checker. */
export function ownModules(purpose: 'run' | 'types'): Readonly<Record<string, string>> {
  const ending = purpose === 'types' && !RUNS_FROM_SOURCE ? '.d.ts' : extension;
  return Object.fromEntries(
    Object.entries(ENTRY_POINTS).map(([specifier, module]) => [
      specifier,
      join(root, ...module.split('/')) + ending,
    ]),
  );
}

/** True for files of this package, as opposed to an author's. */
export function isOwnFile(path: string): boolean {
  return OWN_FOLDERS.some((folder) => path.startsWith(folder));
}

/** A module of this package, named without its extension: `compiler/frontend/module-hooks`. */
export function ownModule(name: string): string {
  return join(root, ...name.split('/')) + extension;
}

/** The folder that holds Node's type declarations, when they are installed. */
export function nodeTypesFolder(): string | undefined {
  try {
    const folder = dirname(createRequire(moduleAddress(import.meta.url)).resolve('@types/node/package.json'));
    return existsSync(folder) ? dirname(folder) : undefined;
  } catch {
    return undefined;
  }
}
