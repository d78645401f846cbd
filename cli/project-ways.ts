import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST } from '../artifact/artifact-names.ts';
import { wayInManifest } from '../artifact/manifest.ts';
import { MEDIA_WAYS } from '../artifact/media/index.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { projectExtensions } from './config.ts';

/**
 * The project's own ways of media, where a compiled model needs one: a `flamingo.config.ts` is type-checked, which other
 * models need not wait for.
 *
 * @param folder the artifact's, whatever is in it
 * @param project the project's. Default: the folder that the command line is called in
 */
export async function projectWays(folder: string, project?: string): Promise<readonly MediaWayDefinition[]> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '');
  const way = wayInManifest(text);
  if (way === undefined || MEDIA_WAYS.includes(way)) return [];
  return (await projectExtensions(undefined, project)).ways ?? [];
}
