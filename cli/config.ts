import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Extensions } from '../compiler/extensions.ts';

const FILE = 'flamingo.config.ts';

/**
 * The file that says what the project adds; undefined where there is none.
 *
 * @param folder the project's. Default: the one that the command line is called in
 */
export function configFile(folder = ''): string | undefined {
  const own = join(folder, FILE);
  return existsSync(own) ? own : undefined;
}

/**
 * What the project that the command line is called in adds: its `flamingo.config.ts`, or the file that `--config` names.
 * Nothing where there is none.
 *
 * @param folder the project's. Default: the one that the command line is called in
 */
export async function projectExtensions(file?: string, folder?: string): Promise<Extensions> {
  const chosen = file ?? configFile(folder);
  if (chosen === undefined) return {};
  const { loadConfig } = await import('../compiler/frontend/load-config.ts');
  return (await loadConfig(chosen)).extensions;
}
