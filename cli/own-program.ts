import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The command line's own program, for running it as a process of its own: beside the sources, or in the package where this
 * runs compiled, in `dist`.
 */
export function ownProgram(): string {
  const program = ['./flamingo.mjs', '../../cli/flamingo.mjs']
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((path) => existsSync(path));
  if (program === undefined) throw new Error('the command line is not where it belongs');
  return program;
}
