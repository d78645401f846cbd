import { existsSync } from 'node:fs';
import type { Extensions } from '../compiler/extensions.ts';

const FILE = 'flamingo.config.ts';

/**
 * What the project that the command line is called in adds: its `flamingo.config.ts`, or the file that `--config` names.
 * Nothing where there is none.
 */
export async function projectExtensions(file?: string): Promise<Extensions> {
  const chosen = file ?? (existsSync(FILE) ? FILE : undefined);
  if (chosen === undefined) return {};
  const { loadConfig } = await import('../compiler/frontend/load-config.ts');
  return (await loadConfig(chosen)).extensions;
}
