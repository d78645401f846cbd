import { type Augmentation, type Normalisation, STRONG } from '../augment/augment.ts';
import { DRAWINGS, type Drawing } from '../data/drawing.ts';
import type { Gallery, PictureReference } from '../data/gallery.ts';
import { Random } from '../random.ts';
import { epochBatch } from './epochs.ts';
import { type WordOptions, type WordRows, wordRows } from './word-bags.ts';

/**
 * What the vision encoder learns from: two artists' drawings of each emoji of a batch, and its words. Drawings of one
 * emoji are alike and unlike the batch's other emoji; so are a drawing and its words (contrastive, as CLIP).
 */
export interface VisionBatch extends WordRows {
  /** [batch], places in the gallery's list, all different. */
  readonly emoji: Int32Array;
  /** [batch, 3, size, size], one artist's drawings. */
  readonly first: Float32Array;
  /** [batch, 3, size, size], other artists' drawings of the same. */
  readonly second: Float32Array;
}

export interface VisionBatchOptions extends WordOptions {
  /** Emoji a batch: half the number of pictures. */
  readonly batch: number;
  readonly normalisation: Normalisation;
  /** Default `STRONG`. */
  readonly augmentation?: Augmentation;
}

/** How often each drawing is taken. */
const DRAWING_WEIGHTS: Record<Drawing, number> = { plain: 0.45, outlined: 0.25, bold: 0.1, lines: 0.2 };

/** Batches by step and seed. The same two give the same batch, whatever was asked for before. */
export function visionBatches(
  gallery: Gallery,
  { batch, normalisation, augmentation = STRONG, ...words }: VisionBatchOptions,
): (step: number, seed: number) => VisionBatch {
  const rowsOfWords = wordRows(gallery.emoji, words);
  const pixels = 3 * gallery.size ** 2;
  return (step, seed) => {
    const emoji = Int32Array.from(epochBatch(gallery.emoji.length, batch, seed, step));
    const first = new Float32Array(batch * pixels);
    const second = new Float32Array(batch * pixels);
    for (const [row, place] of emoji.entries()) {
      const pair = drawPair(gallery, place, new Random(seed, step, row));
      for (const [index, reference] of pair.entries()) {
        const target = (index === 0 ? first : second).subarray(row * pixels, (row + 1) * pixels);
        gallery.draw(reference, augmentation, normalisation, target);
      }
    }
    return { emoji, first, second, ...rowsOfWords([...emoji], step, seed) };
  };
}

/** Two drawings by different artists, or by the same one where there is no other. */
function drawPair(gallery: Gallery, emoji: number, random: Random): readonly PictureReference[] {
  const [first, second = first] = random.sample(gallery.styles(emoji), 2);
  return [first, second].flatMap((style) =>
    style === undefined ? [] : [{ emoji, style, ...randomDrawing(random) }],
  );
}

/** A drawing by weight and a seed for its augmentation. */
export function randomDrawing(random: Random): { drawing: Drawing; seed: number } {
  const drawing = random.weighted(DRAWINGS.map((name) => [name, DRAWING_WEIGHTS[name]] as const));
  return { drawing, seed: random.below(2 ** 31 - 1) };
}
