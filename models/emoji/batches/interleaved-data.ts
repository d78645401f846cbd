import type { DataSource, PrepareContext } from '../../../dsl/index.ts';
import type { VisionEncoder } from '../../vision-encoder.ts';
import { loadGallery } from '../data/gallery.ts';
import type { EpisodeKind } from '../episodes/episode.ts';
import { createLexicon } from '../episodes/lexicon.ts';
import { type FeatureTable, openFeatureTable } from '../features/feature-table.ts';
import { ANSWER_LANGUAGES } from '../tokenizer/corpus.ts';
import { loadEmojiTokenizer } from '../tokenizer/emoji-tokenizer.ts';
import {
  type InterleavedBatch,
  type InterleavedBatchOptions,
  interleavedBatches,
} from './interleaved-batches.ts';
import { pictureTable } from './picture-table.ts';
import type { TokenInputs } from './text-data.ts';

/** The inputs of a next-token task over text with pictures, as features of a frozen vision encoder. */
export type InterleavedInputs = TokenInputs & {
  readonly features: { readonly dtype: 'float32'; readonly shape: readonly number[] };
};

export interface InterleavedDataOptions extends Omit<InterleavedBatchOptions, 'tokenizer' | 'kinds'> {
  readonly vision: VisionEncoder;
  /** The trained vision encoder: a safetensors file with `vision.*`. */
  readonly weights: string;
  /** Augmented copies of every drawing. */
  readonly variants: number;
}

/**
 * Episodes of pictures and text: a Flamingo's data. All pictures are encoded once, before the first step.
 *
 * @returns sources that share the pictures: of all kinds of episodes, or of some
 */
export function interleavedData({
  vision,
  weights,
  variants,
  ...options
}: InterleavedDataOptions): (kinds?: readonly EpisodeKind[]) => DataSource<InterleavedInputs> {
  let opened: Promise<Materials> | undefined;
  const open = (context: PrepareContext): Promise<Materials> => {
    opened ??= openMaterials({ vision, weights, variants }, context);
    return opened;
  };
  return (kinds) => {
    let ready: { make: (step: number, seed: number) => InterleavedBatch; features: FeatureTable } | undefined;
    return {
      async prepare(context) {
        const { lexicon, gallery, table, tokenizer, features } = await open(context);
        const settings = { tokenizer, ...options, ...(kinds && { kinds }) };
        ready = { make: interleavedBatches(lexicon, gallery, table, settings), features };
      },
      async batch(step, seed) {
        if (ready === undefined) throw new Error('batches were asked for before they were prepared');
        const { tokens, counted, pictures } = ready.make(step, seed);
        return { tokens, counted, features: await ready.features.read(pictures) };
      },
    };
  };
}

type Materials = Awaited<ReturnType<typeof openMaterials>>;

async function openMaterials(
  { vision, weights, variants }: Pick<InterleavedDataOptions, 'vision' | 'weights' | 'variants'>,
  context: PrepareContext,
) {
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
    lexicon: createLexicon(gallery.emoji),
    tokenizer: await loadEmojiTokenizer(),
  };
}
