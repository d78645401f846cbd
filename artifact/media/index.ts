import { z } from 'zod';
import type { MediaFacts } from '../../dsl/program.ts';
import { maskedCrossAttention } from './masked-cross-attention.ts';
import { noMedia } from './none.ts';
import { packedCrossAttention } from './packed-cross-attention.ts';
import { spliced } from './spliced.ts';
import type { MediaWay, MediaWayDefinition } from './way.ts';

/** Every way that pictures reach text. A new one is a file beside this and a place in the two lists. */
const WAYS: readonly Pick<MediaWayDefinition, 'way' | 'schema' | 'open'>[] = [
  packedCrossAttention,
  maskedCrossAttention,
  spliced,
  noMedia,
];

/** How pictures reach the text of prompts, as the manifest says it: one variant a way. */
export const mediaSchema = z.discriminatedUnion('way', [
  packedCrossAttention.schema,
  maskedCrossAttention.schema,
  spliced.schema,
  noMedia.schema,
]);

export type MediaSettings = z.infer<typeof mediaSchema>;

export const MEDIA_WAYS: readonly string[] = WAYS.map(({ way }) => way);

/** What a program's or a manifest's facts say of the way, once they fit its schema; undefined for an unknown way. */
export function mediaWay(facts: MediaFacts): MediaWay | undefined {
  return WAYS.find(({ way }) => way === facts.way)?.open(facts);
}
