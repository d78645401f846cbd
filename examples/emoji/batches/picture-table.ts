import type { Gallery, PictureReference } from '../data/gallery.ts';
import type { TrainingStyle } from '../data/styles.ts';
import { Random } from '../random.ts';
import { randomDrawing } from './vision-batches.ts';

/**
 * A numbered list of pictures: every drawing of every emoji, each in several augmented variants. As the vision encoder
 * is frozen when a Flamingo learns, its features can be computed once for the whole list.
 */
export interface PictureTable {
  /** How many pictures. */
  readonly size: number;
  /** The picture at a place of the list. */
  reference(place: number): PictureReference;
  /** Places of an emoji's pictures by one artist. */
  places(emoji: number, style: TrainingStyle): readonly number[];
}

/** @param variants of each drawing */
export function pictureTable(gallery: Gallery, variants: number, seed = 0): PictureTable {
  const drawings = gallery.emoji.flatMap((_, emoji) =>
    gallery.styles(emoji).map((style) => ({ emoji, style })),
  );
  const starts = new Map(drawings.map(({ emoji, style }, index) => [`${emoji} ${style}`, index * variants]));
  return {
    size: drawings.length * variants,
    reference(place) {
      const drawing = drawings[Math.floor(place / variants)];
      if (drawing === undefined) throw new RangeError(`there is no picture ${place}`);
      return { ...drawing, ...randomDrawing(new Random(seed, place)) };
    },
    places(emoji, style) {
      const start = starts.get(`${emoji} ${style}`);
      return start === undefined ? [] : Array.from({ length: variants }, (_, variant) => start + variant);
    },
  };
}
