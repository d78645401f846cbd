import { inTurns, measured, type Timed } from './measure.ts';
import type { PeerRequest } from './peer.ts';
import type { Line, RowContext } from './row.ts';
import { SIZES } from './scale.ts';

/**
 * Measures something here and in PyTorch, in turns, with the vision encoder and the language model of the scale.
 *
 * @returns medians in milliseconds
 */
export async function besidePeer(
  { scale, peer }: Pick<RowContext, 'scale' | 'peer'>,
  here: Timed,
  asked: PeerRequest,
): Promise<Pick<Line, 'value' | 'unit' | 'peer'>> {
  const { vision, language, latents, rounds } = SIZES[scale];
  await peer?.ask({ do: 'load', vision, language, latents });
  const times = await inTurns({ here, peer: peer && (() => peer.ask(asked)) }, rounds);
  return {
    ...{ value: measured(times.here), unit: 'ms' },
    ...(times.peer !== undefined && { peer: times.peer }),
  };
}
