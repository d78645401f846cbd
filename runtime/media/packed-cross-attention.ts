import { packedCrossAttentionSchema } from '../../artifact/media/packed-cross-attention.ts';
import { packContinuations, packingFeeds, packPrompts } from './packing.ts';
import { keyValueNames, stackPictures } from './stack-pictures.ts';
import { defineWay, type Feeds, type SeenMedia } from './way.ts';

/**
 * Each token looks at the last image at or before it, whose keys and values are computed once and kept. Tokens are packed
 * by image, so the work does not grow with the number of images.
 */
export const packedCrossAttention = defineWay(packedCrossAttentionSchema, (facts, { special }) => {
  const names = keyValueNames(facts.layers);
  const shape = [facts.heads, facts.latents, facts.headDim];
  return {
    keeps: ['latents', ...names],
    features: 'latents',
    leastTokens: 1,
    tokensOf: () => 1,
    prefill(layout, media) {
      const pictures = media.flat();
      const packing = packPrompts(layout, special);
      if (packing.images !== pictures.length) {
        throw new Error(`the prompts have ${packing.images} image tokens and ${pictures.length} images`);
      }
      const lastImages = packing.lastRows.map((row) => (row === null ? undefined : pictures[row]));
      const kept = lastImages.filter((each) => each !== undefined);
      let row = 0;
      return {
        feeds: { ...stackPictures(pictures, names, shape), ...packingFeeds(layout, packing) },
        seen: seenMedia(
          stackPictures(kept, names, shape),
          lastImages.map((each) => (each === undefined ? null : row++)),
          Math.max(1, kept.length),
        ),
      };
    },
  };
});

/**
 * @param media keys and values of the image that each prompt's last token looks at
 * @param sequenceRows for each sequence its row of them, or null
 */
function seenMedia(media: Feeds, sequenceRows: readonly (number | null)[], rows: number): SeenMedia {
  return {
    feeds: (layout) => ({
      ...media,
      ...packingFeeds(layout, packContinuations(layout, sequenceRows, rows)),
    }),
    select: (order) =>
      seenMedia(
        media,
        order.map((row) => sequenceRows[row] ?? null),
        rows,
      ),
  };
}
