import { z } from 'zod';
import type { MediaFacts } from '../../dsl/program/program.ts';
import { latentCrossAttention } from './latent-cross-attention.ts';
import { maskedCrossAttention } from './masked-cross-attention.ts';
import { noMedia } from './none.ts';
import { packedCrossAttention } from './packed-cross-attention.ts';
import { spliced } from './spliced.ts';
import type { MediaWayDefinition } from './way.ts';

/** Every way that pictures reach text. A new one is a file beside this and a place in the list. */
const WAYS: readonly MediaWayDefinition[] = [
  packedCrossAttention,
  maskedCrossAttention,
  latentCrossAttention,
  spliced,
  noMedia,
];

/**
 * How pictures reach the text of prompts, as the manifest says it. What else it says is the way's own, whose schema
 * `modelProblem` holds it to.
 */
export const mediaSchema = z
  .object({ way: z.string() })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.string())]));

export const MEDIA_WAYS: readonly string[] = WAYS.map(({ way }) => way);

/**
 * The way of a program's or a manifest's facts; undefined for one that nobody knows.
 *
 * @param own ways besides this project's
 */
export function mediaWay(
  facts: MediaFacts,
  own: readonly MediaWayDefinition[] = [],
): MediaWayDefinition | undefined {
  return [...WAYS, ...own].find(({ way }) => way === facts.way);
}
