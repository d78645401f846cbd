import { type Augmentation, type Normalisation, STRONG } from '../augment/augment.ts';
import { DRAWINGS, type Drawing } from '../data/drawing.ts';
import type { Gallery, PictureReference } from '../data/gallery.ts';
import type { TrainingStyle } from '../data/styles.ts';
import { Random } from '../random.ts';
import { epochBatch } from './epochs.ts';
import { wordBags } from './word-bags.ts';

/**
 * What the vision encoder learns from: two artists' drawings of each emoji of a batch, and its words. Drawings of one
 * emoji are alike and unlike the batch's other emoji; so are a drawing and its words (contrastive, as CLIP).
 */
export interface VisionBatch {
  /** [batch], places in the gallery's list, all different. */
  readonly emoji: Int32Array;
  /** [batch, 3, size, size], one artist's drawings. */
  readonly first: Float32Array;
  /** [batch, 3, size, size], other artists' drawings of the same. */
  readonly second: Float32Array;
  /** [batch, words], token ids of words in no order; padding where there are fewer. */
  readonly words: Int32Array;
  /** [batch, words], 1 for a word and 0 for padding. */
  readonly wordMask: Float32Array;
}

export interface VisionBatchOptions {
  /** Emoji a batch: half the number of pictures. */
  readonly batch: number;
  readonly normalisation: Normalisation;
  /** Token ids of a text. */
  readonly encode: (text: string) => readonly number[];
  /** Fills up rows of words. */
  readonly padding: number;
  /** Most tokens of an emoji's words. Default 32. */
  readonly words?: number;
  /** Default `STRONG`. */
  readonly augmentation?: Augmentation;
  readonly seed?: number;
}

/** How often each drawing is taken. */
const DRAWING_WEIGHTS: Record<Drawing, number> = { plain: 0.45, outlined: 0.25, bold: 0.1, lines: 0.2 };

/** Batches by step. The same seed and step give the same batch, whatever was asked for before. */
export function visionBatches(
  gallery: Gallery,
  { batch, normalisation, encode, padding, words = 32, augmentation = STRONG, seed = 0 }: VisionBatchOptions,
): (step: number) => VisionBatch {
  const bags = wordBags(gallery.emoji, encode);
  const pixels = 3 * gallery.size ** 2;
  return (step) => {
    const emoji = Int32Array.from(epochBatch(gallery.emoji.length, batch, seed, step));
    const first = new Float32Array(batch * pixels);
    const second = new Float32Array(batch * pixels);
    const bag = new Int32Array(batch * words).fill(padding);
    const wordMask = new Float32Array(batch * words);
    for (const [row, place] of emoji.entries()) {
      const random = new Random(seed, step, row);
      const pair = drawPair(gallery, place, random);
      for (const [index, reference] of pair.entries()) {
        const target = (index === 0 ? first : second).subarray(row * pixels, (row + 1) * pixels);
        gallery.draw(reference, augmentation, normalisation, target);
      }
      const tokens = bags(place, random).slice(0, words);
      bag.set(tokens, row * words);
      wordMask.fill(1, row * words, row * words + tokens.length);
    }
    return { emoji, first, second, words: bag, wordMask };
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

/** A picture of an emoji by any artist but those of `others`, or by any where there is no other. */
export function randomPicture(
  gallery: Gallery,
  emoji: number,
  random: Random,
  others: readonly TrainingStyle[] = [],
): PictureReference {
  const styles = gallery.styles(emoji);
  const free = styles.filter((style) => !others.includes(style));
  return { emoji, style: random.pick(free.length > 0 ? free : styles), ...randomDrawing(random) };
}
