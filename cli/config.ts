import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Extensions } from '../compiler/extensions.ts';

const FILE = 'flamingo.config.ts';

/**
 * What the project that the command line is called in adds: its `flamingo.config.ts`, or the file that `--config` names.
 * Nothing where there is none.
 *
 * @param folder the project's. Default: the one that the command line is called in
 */
export async function projectExtensions(file?: string, folder = ''): Promise<Extensions> {
  const own = join(folder, FILE);
  const chosen = file ?? (existsSync(own) ? own : undefined);
  if (chosen === undefined) return {};
  const { loadConfig } = await import('../compiler/frontend/load-config.ts');
  return (await loadConfig(chosen)).extensions;
}
