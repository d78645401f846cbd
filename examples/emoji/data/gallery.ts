import { type Augmentation, augment, type Normalisation } from '../augment/augment.ts';
import { isMirrorable } from '../augment/mirrorable.ts';
import { Random } from '../random.ts';
import type { Drawing } from './drawing.ts';
import { loadAllPictures, type Pictures } from './pictures.ts';
import { isHeldOut } from './split.ts';
import { TRAINING_STYLES, type TrainingStyle } from './styles.ts';
import { type Emoji, type Language, loadVocabulary } from './vocabulary.ts';

/** Names one picture that training may see: the pixels follow from it alone. */
export interface PictureReference {
  /** Place in `Gallery.emoji`. */
  readonly emoji: number;
  readonly style: TrainingStyle;
  readonly drawing: Drawing;
  /** Of the augmentation. */
  readonly seed: number;
}

/** What training sees: pictures of every emoji that is not held out, by every artist but the one kept for testing. */
export interface Gallery {
  readonly emoji: readonly Emoji[];
  /** Pixels a side. */
  readonly size: number;
  /** Who has drawn the emoji at a place; one style at least. */
  styles(emoji: number): readonly TrainingStyle[];
  /** Writes the picture, augmented, into `out`, [3, size, size]. */
  draw(
    reference: PictureReference,
    augmentation: Augmentation,
    normalisation: Normalisation,
    out: Float32Array,
  ): void;
}

export interface GalleryOptions {
  /** Pixels a side, as 48 or 64. */
  readonly size: number;
  readonly languages?: readonly Language[];
  readonly drawings?: readonly Drawing[];
  /** Of the emoji that are held out; see `isHeldOut`. */
  readonly seed?: number;
  /** See `loadPictures`. */
  readonly cache?: string;
  /** See `loadAllPictures`. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The words that training sees: every emoji that is not held out. */
export async function loadTrainingVocabulary(
  languages?: readonly Language[],
  seed = 0,
): Promise<readonly Emoji[]> {
  const all = await loadVocabulary(languages);
  return all.filter(({ hexcode }) => !isHeldOut(hexcode, seed));
}

/**
 * Renders the pictures of the training styles, or reads them from the cache on disk: under a minute the first time,
 * then under a second.
 *
 * @throws UserError where a package that the data are built from is not installed
 */
export async function loadGallery({
  size,
  languages,
  seed = 0,
  ...options
}: GalleryOptions): Promise<Gallery> {
  const emoji = await loadTrainingVocabulary(languages, seed);
  const pictures = await loadAllPictures(TRAINING_STYLES, emoji, { size, ...options });
  return createGallery(emoji, size, pictures);
}

/** A gallery of pictures that are in memory. */
export function createGallery(
  emoji: readonly Emoji[],
  size: number,
  pictures: ReadonlyMap<TrainingStyle, ReadonlyMap<Drawing, Pictures>>,
): Gallery {
  const pixelsOf = (style: TrainingStyle, drawing: Drawing, place: number) =>
    pictures.get(style)?.get(drawing)?.pixels(place);
  const mirrorable = emoji.map(isMirrorable);
  const styles = emoji.map((_, place) =>
    [...pictures].flatMap(([style, drawings]) =>
      [...drawings.values()].every((each) => each.pixels(place) !== undefined) ? [style] : [],
    ),
  );
  return {
    emoji,
    size,
    styles: (place) => styles[place] ?? [],
    draw({ emoji: place, style, drawing, seed }, augmentation, normalisation, out) {
      const pixels = pixelsOf(style, drawing, place);
      if (pixels === undefined) {
        throw new RangeError(`${style} has no ${drawing} picture of emoji ${place}`);
      }
      const settings = { size, mirrorable: mirrorable[place] === true, ...normalisation };
      augment(pixels, settings, augmentation, new Random(seed), out);
    },
  };
}
