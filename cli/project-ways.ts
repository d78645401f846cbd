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
 */
export async function projectWays(folder: string): Promise<readonly MediaWayDefinition[]> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '');
  const way = wayInManifest(text);
  if (way === undefined || MEDIA_WAYS.includes(way)) return [];
  return (await projectExtensions()).ways ?? [];
}
