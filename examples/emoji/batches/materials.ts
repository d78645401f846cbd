import type { PrepareContext } from '../../../dsl/index.ts';
import type { VisionEncoder } from '../../../models/shared/vision-encoder.ts';
import { loadGallery } from '../data/gallery.ts';
import { createLexicon } from '../episodes/lexicon.ts';
import { openFeatureTable } from '../features/feature-table.ts';
import { mixDrawings } from '../features/mix-drawings.ts';
import type { Random } from '../random.ts';
import { ANSWER_LANGUAGES } from '../tokenizer/corpus.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import { pictureTable } from './picture-table.ts';

/** What decides the last stage's pictures. */
export interface MaterialOptions {
  readonly vision: VisionEncoder;
  /** The trained vision encoder: a safetensors file with `vision.*`. */
  readonly weights: string;
  /** Augmented copies of every drawing. */
  readonly variants: number;
}

/** What the last stage's batches are made of: pictures as features, words, tokens. */
export type Materials = Awaited<ReturnType<typeof openMaterials>>;

/** Renders and encodes all pictures, or reads them from the cache on disk. */
export async function openMaterials({ vision, weights, variants }: MaterialOptions, context: PrepareContext) {
  const gallery = await loadGallery({
    size: vision.image,
    languages: ANSWER_LANGUAGES,
    onProgress: context.progress,
  });
  const table = pictureTable(gallery, variants);
  const features = await openFeatureTable({ gallery, table, vision, weights }, context);
  return {
    gallery,
    table,
    features,
    vision,
    lexicon: createLexicon(gallery.emoji),
    tokenizer: await loadEmojiTokenizer(),
  };
}

/**
 * Features `[pictures, places, dim]` of the pictures at these places of the table, each mixed with another artist's
 * drawing of the same emoji.
 */
export async function mixedFeatures(
  pictures: ArrayLike<number>,
  { gallery, table, features, vision }: Pick<Materials, 'gallery' | 'table' | 'features' | 'vision'>,
  random: Random,
): Promise<Float32Array> {
  const others = Array.from(pictures, (place) => {
    const { emoji, style } = table.reference(place);
    const styles = gallery.styles(emoji);
    const rest = styles.filter((each) => each !== style);
    return random.pick(table.places(emoji, random.pick(rest.length > 0 ? rest : styles)));
  });
  const [own, another] = await Promise.all([features.read(pictures), features.read(others)]);
  mixDrawings(own, another, { places: vision.tokens, dim: vision.dim }, random);
  return own;
}
