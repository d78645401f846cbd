import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST } from '../artifact/artifact-names.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { configFile, projectExtensions } from './config.ts';

/**
 * The project's own ways of media, where a compiled model needs one: a `flamingo.config.ts` is type-checked, which other
 * models need not wait for.
 *
 * @param folder the artifact's, whatever is in it
 * @param project the project's. Default: the folder that the command line is called in
 */
export async function projectWays(folder: string, project?: string): Promise<readonly MediaWayDefinition[]> {
  // Nor need those who have none wait for what reads a manifest.
  if (configFile(project) === undefined) return [];
  const [{ wayInManifest }, { MEDIA_WAYS }] = await Promise.all([
    import('../artifact/manifest.ts'),
    import('../artifact/media/index.ts'),
  ]);
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '');
  const way = wayInManifest(text);
  if (way === undefined || MEDIA_WAYS.includes(way)) return [];
  return (await projectExtensions(undefined, project)).ways ?? [];
}
