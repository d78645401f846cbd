import type { LanguageSettings } from '../../artifact/manifest.ts';
import type { GraphSession } from '../session.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { RecurrentStates } from './recurrent-states.ts';
import { StatefulCache } from './stateful-cache.ts';
import { StaticCache } from './static-cache.ts';
import type { TextCache } from './text-cache.ts';

/**
 * An empty cache of the kind that the language graph takes.
 *
 * @param session What runs the graph.
 * @param mostLength Tokens that each row may come to have, or all of them.
 */
export function newTextCache(
  settings: LanguageSettings,
  { writesInPlace }: Pick<GraphSession, 'writesInPlace'>,
  size: { readonly rows: number; readonly mostLength: number | readonly number[] },
): TextCache {
  const { cacheLength, states } = settings;
  const cache =
    cacheLength === undefined
      ? new KeyValueCache(settings, size)
      : new StaticCache({ ...settings, cacheLength }, { rows: size.rows, writesInPlace });
  return states === undefined ? cache : new StatefulCache(cache, new RecurrentStates(states, size.rows));
}
