import { noMediaSchema } from '../../artifact/media/none.ts';
import { defineWay, type SeenMedia } from './way.ts';

/** A language model alone. */
export const noMedia = defineWay(noMediaSchema, () => ({
  keeps: [],
  features: undefined,
  leastTokens: 0,
  inPieces: true,
  sideBySide: true,
  tokensOf: () => 0,
  seenAfter: () => [],
  prefill: () => ({ feeds: {}, seen: NOTHING }),
}));

const NOTHING: SeenMedia = { feeds: () => ({}), select: () => NOTHING, join: () => NOTHING };
