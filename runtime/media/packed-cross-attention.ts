import { packedCrossAttentionSchema } from '../../artifact/media/packed-cross-attention.ts';
import { stillSeen } from './masked-cross-attention.ts';
import { packContinuations, packingFeeds, packPrompts } from './packing.ts';
import { PictureStack } from './picture-stack.ts';
import { SeenPictures, type SightFeeds } from './seen-pictures.ts';
import { keyValueNames, pictureAt, requireWholePrompts, stackPictures } from './stack-pictures.ts';
import { defineWay } from './way.ts';

/**
 * Each token looks at the last image at or before it, whose keys and values are computed once and kept. Tokens are packed
 * by image, so the work does not grow with the number of images.
 */
export const packedCrossAttention = defineWay(packedCrossAttentionSchema, (facts, { special }) => {
  const names = keyValueNames(facts.layers);
  const shape = [facts.heads, facts.latents, facts.headDim];
  const sight: SightFeeds = {
    stack: (pictures) => stackPictures(pictures, names, shape),
    place: (layout, rows, count) => {
      const lookedAt = rows.map(([row]) => row ?? null);
      return packingFeeds(layout, packContinuations(layout, lookedAt, count));
    },
  };
  return {
    keeps: ['latents', ...names],
    features: 'latents',
    leastTokens: 1,
    inPieces: true,
    sideBySide: true,
    tokensOf: () => 1,
    seenAfter: (tokens) => stillSeen(tokens, special, 'last'),
    prefill(layout, media) {
      requireWholePrompts(layout, media, special.image);
      const packing = packPrompts(layout, special);
      const pictures = packing.pictures.map(({ prompt, index }) => pictureAt(media, prompt, index));
      return {
        feeds: packingFeeds(layout, packing),
        stack: new PictureStack(sight.stack, pictures),
        seen: SeenPictures.of(
          sight,
          packing.lastRows.map((row) => (row === null ? [] : pictures.slice(row, row + 1))),
        ),
      };
    },
  };
});
