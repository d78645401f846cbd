import { VOCABULARY } from '../../models/emoji/language.ts';
import { frozen, nextTokenLoss, type Recipe, recipe, task } from '../../models/index.ts';
import { textData } from './batches/text-data.ts';
import { describedLanguage } from './described-language.ts';
import { fastBinding } from './episodes/binding.ts';
import type { EpisodeKind } from './episodes/episode.ts';
import { askedQuestion, shownQuestion } from './episodes/questions.ts';
import type { StageOptions } from './stage-options.ts';
import { loadEmojiTokenizer } from './tokenizer/emoji-tokenizer.ts';

const TEXT = 128;
const PICTURES = 16;
/** Tokens of a description. */
const WORDS = 12;
/** And of one with others mixed in. */
const BLURRED_WORDS = 28;

export interface LanguageRecipeOptions extends StageOptions {
  /** Rows of text a step. */
  readonly rows: number;
  /** The kinds of episodes by their weights. Default all as they are. */
  readonly kinds?: readonly EpisodeKind[];
  /** Part of the rows that are plain lines. Default 0.15. */
  readonly plain?: number;
  /** Whether descriptions are blurred, and the words' embeddings, of which they are made, stay as they are. Default no. */
  readonly blurred?: boolean;
}

/**
 * The language model's stage: it learns the words for things, and to do as the examples before it do, from episodes
 * in which words stand in the place of pictures.
 */
export async function languageRecipe(options: LanguageRecipeOptions): Promise<Recipe> {
  const { rows, learningRate, kinds, plain, blurred = false, ...rest } = options;
  const words = blurred ? BLURRED_WORDS : WORDS;
  const { parts, logits } = describedLanguage();
  const { special } = await loadEmojiTokenizer();
  const episodes = (name: string, data: { kinds?: readonly EpisodeKind[]; plain?: number }) =>
    task({
      name,
      inputs: {
        tokens: { dtype: 'int64', shape: [rows, TEXT] },
        counted: { dtype: 'bool', shape: [rows, TEXT] },
        described: { dtype: 'int64', shape: [rows, PICTURES, words] },
        describedMask: { dtype: 'float32', shape: [rows, PICTURES, words] },
      },
      loss: ({ tokens, counted, described, describedMask }) =>
        nextTokenLoss(
          logits({ tokens, described, describedMask, imageToken: special.image }),
          tokens,
          counted,
        ),
      data: textData({
        rows,
        length: TEXT,
        pictures: PICTURES,
        words,
        ...(blurred && { blurredFrom: VOCABULARY }),
        ...data,
      }),
    });
  return recipe({
    ...rest,
    parts: blurred ? { ...parts, described: frozen(parts.described) } : parts,
    tasks: [episodes('episodes', { ...(kinds && { kinds }), ...(plain !== undefined && { plain }) })],
    evaluation: {
      every: 200,
      batches: 2,
      tasks: [fastBinding, shownQuestion, askedQuestion].map((kind) =>
        episodes(kind.kind, { kinds: [kind], plain: 0 }),
      ),
    },
    optimizer: { learningRate, weightDecay: 0.05, betas: [0.9, 0.98] },
    checkpointEvery: 100,
  });
}
