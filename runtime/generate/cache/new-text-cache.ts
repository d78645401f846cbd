import type { LanguageSettings } from '../../../artifact/manifest.ts';
import type { GraphSession } from '../../session.ts';
import type { CacheGraphs } from './cache-graphs.ts';
import { DeviceCache } from './device-cache.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { RecurrentStates } from './recurrent-states.ts';
import { SharingCache } from './sharing-cache.ts';
import { StatefulCache } from './stateful-cache.ts';
import { StaticCache } from './static-cache.ts';
import type { TextCache } from './text-cache.ts';

/** What a cache is kept by. */
export type CacheMeans = Pick<GraphSession, 'writesInPlace'> & {
  readonly device?: CacheGraphs | undefined;
  /** Whether rows may stand side by side in one row of a run. Default false. */
  readonly sideBySide?: boolean;
};

/**
 * An empty cache of the kind that the language graph takes.
 *
 * @param means Whether what runs the graph writes in place, and where the cache stays on its device, what changes it there.
 * @param mostLength Tokens that each row may come to have, or all of them.
 */
export function newTextCache(
  settings: LanguageSettings,
  means: CacheMeans,
  size: { readonly rows: number; readonly mostLength: number | readonly number[] },
): TextCache {
  const { states } = settings;
  const cache = newCache(settings, means, size);
  return states === undefined ? cache : new StatefulCache(cache, new RecurrentStates(states, size.rows));
}

function newCache(
  settings: LanguageSettings,
  { writesInPlace, device, sideBySide = false }: CacheMeans,
  size: { readonly rows: number; readonly mostLength: number | readonly number[] },
): TextCache {
  const { cacheLength } = settings;
  if (cacheLength === undefined)
    return sideBySide ? new SharingCache(settings, size) : new KeyValueCache(settings, size);
  const fixed = new StaticCache({ ...settings, cacheLength }, { rows: size.rows, writesInPlace });
  return device === undefined ? fixed : new DeviceCache(device, fixed, cacheLength);
}
