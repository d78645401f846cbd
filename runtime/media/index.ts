import type { MediaFacts } from '../../dsl/program/program.ts';
import { latentCrossAttention } from './latent-cross-attention.ts';
import { maskedCrossAttention } from './masked-cross-attention.ts';
import { noMedia } from './none.ts';
import { packedCrossAttention } from './packed-cross-attention.ts';
import { spliced } from './spliced.ts';
import type { MediaWay, WayContext, WayDefinition } from './way.ts';

/** How a model's way of media is run. A new one is a file beside this and a line here. */
const WAYS: readonly WayDefinition[] = [
  packedCrossAttention,
  maskedCrossAttention,
  latentCrossAttention,
  spliced,
  noMedia,
];

/** @param own ways besides this project's */
export function mediaWayOf(
  facts: MediaFacts,
  context: WayContext,
  own: readonly WayDefinition[] = [],
): MediaWay {
  const definition = [...WAYS, ...own].find(({ way }) => way === facts.way);
  if (definition === undefined) throw new Error(`the way of media '${facts.way}' cannot be run`);
  return definition.open(facts, context);
}
