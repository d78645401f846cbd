import type { LanguageSettings } from '../../artifact/manifest.ts';
import type { MediaWay } from '../media/way.ts';

/**
 * Whether a prompt can be read in pieces, and go on from what another has read: where the way of media allows it and no
 * recurrence keeps a state, which is known behind the last token alone.
 */
export function readsInPieces(
  { inPieces = false }: Pick<MediaWay, 'inPieces'>,
  { states }: Pick<LanguageSettings, 'states'>,
): boolean {
  return inPieces && states === undefined;
}
