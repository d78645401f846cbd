import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import { packContinuations, packPrompts } from '../../runtime/media/packing.ts';
import { layoutDecode, layoutPrefill } from '../../runtime/prompt/layout.ts';
import { MIDDLE } from './middle-model.ts';
import type { Feeds, OpenGraph } from './open-graph.ts';
import { lastRows, layoutFeeds, normalTensor } from './tensors.ts';

/** Tokens of a shot: its `<image>` and a dozen of text. */
export const SHOT_TOKENS = 13;

/** Room that a cache has for the answer, which every decoded token's attention runs over: the default of generation. */
const NEW_TOKENS = 20;

/** A prompt of so many images, each with its text; the last is the query. */
function promptTokens(images: number): readonly number[] {
  return Array.from({ length: images * SHOT_TOKENS }, (_, place) =>
    place % SHOT_TOKENS === 0 ? MIDDLE.imageToken : 1 + ((place * 7919) % (MIDDLE.vocabulary - 2)),
  );
}

/** The same, packed by the image that each token looks at. */
export function promptLayout(images: number) {
  const layout = layoutPrefill([promptTokens(images)], { padding: MIDDLE.padding });
  return { ...layout, ...packPrompts(layout, { image: MIDDLE.imageToken }) };
}

/** One token after what the cache holds, which looks at the only image. */
function nextToken(token: number, cache: KeyValueCache) {
  const layout = layoutDecode([{ tokens: [token], past: cache.mask(0) }], { padding: MIDDLE.padding });
  return { ...layout, ...packContinuations(layout, [0], 1) };
}

/** Keys and values of so many images, as the vision graph would give them. */
export function mediaTensors(images: number, blocks: number = MIDDLE.blocks): Feeds {
  const make = () => normalTensor(images, MIDDLE.heads, MIDDLE.latents, MIDDLE.headDim);
  return Object.fromEntries(
    Array.from({ length: blocks }, (_, index) => [
      [`media_key.${index}`, make()] as const,
      [`media_value.${index}`, make()] as const,
    ]).flat(),
  );
}

/** One run over a whole prompt, repeatable. */
export function prefillStep(graph: OpenGraph, images: number): () => Promise<Feeds> {
  const layout = promptLayout(images);
  const feeds = { ...layoutFeeds(layout), ...mediaTensors(images), ...newCache(layout.text).feeds() };
  return () => graph.run(feeds);
}

/** One token on a past of `past` tokens with an image, repeatable: the cache does not grow. */
export function decodeStep(graph: OpenGraph, past: number): () => Promise<Feeds> {
  const cache = newCache(past + NEW_TOKENS);
  const { heads, layers, dim } = MIDDLE;
  const stored = Array.from({ length: layers }, (_, layer) => {
    const make = () => normalTensor(1, heads, past, dim / heads);
    return { [`new_key.${layer}`]: make(), [`new_value.${layer}`]: make() };
  });
  cache.append(Object.assign({}, ...stored), [new Uint8Array(past).fill(1)]);
  const layout = nextToken(1, cache);
  const feeds = { ...layoutFeeds(layout), ...mediaTensors(1), ...cache.feeds() };
  return () => graph.run(feeds);
}

/**
 * Reads a prompt and writes `newTokens` tokens. Which ones is given, not chosen, so that two forms of a model do the
 * same.
 *
 * @returns the last token's logits
 */
export async function answer(
  graph: OpenGraph,
  media: Feeds,
  images: number,
  newTokens: number,
): Promise<Feeds> {
  const layout = promptLayout(images);
  const cache = newCache(layout.text + newTokens);
  let result = await graph.run({ ...layoutFeeds(layout), ...media, ...cache.feeds() });
  cache.append(result, layout.real);
  const last = lastRows(media);
  for (let token = 1; token <= newTokens; token++) {
    const decode = nextToken(token, cache);
    result = await graph.run({ ...layoutFeeds(decode), ...last, ...cache.feeds() });
    cache.append(result, decode.real);
  }
  const { logits } = result;
  if (logits === undefined) throw new Error('the language graph gave no logits');
  return { logits };
}

function newCache(mostLength: number): KeyValueCache {
  return new KeyValueCache(
    { layers: MIDDLE.layers, keyValueHeads: MIDDLE.heads, headDim: MIDDLE.dim / MIDDLE.heads },
    { rows: 1, mostLength },
  );
}
