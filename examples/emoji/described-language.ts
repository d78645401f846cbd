import {
  add,
  cast,
  constant,
  embedding,
  equal,
  matmul,
  multiply,
  rearrange,
  reduce,
  type Tensor,
} from '../../dsl/index.ts';
import { emojiLanguage } from '../../models/emoji/language.ts';
import { decoderLogits } from '../../models/flamingo/interleaved-logits.ts';
import { mediaMask } from '../../models/flamingo/media-mask.ts';

/** Rows of text whose `<image>` tokens stand for descriptions in words. */
export interface DescribedText {
  /** int64 `[batch, text]`, padded on the right. */
  readonly tokens: Tensor;
  /** int64 `[batch, media, words]`: what the row's i-th `<image>` token would show. */
  readonly described: Tensor;
  /** float32 `[batch, media, words]`: 0 at padding. */
  readonly describedMask: Tensor;
  /** The id of the `<image>` token. */
  readonly imageToken: number;
}

/** The sum of the words of each description, `[batch, media, dim]`. */
export function wordSums(
  embed: (words: Tensor) => Tensor,
  { described, describedMask }: Pick<DescribedText, 'described' | 'describedMask'>,
): Tensor {
  const weights = rearrange(describedMask, 'batch media words -> batch media words 1');
  return reduce(multiply(embed(described), weights), 'batch media words dim -> batch media dim', 'sum');
}

/**
 * What each token is given of the descriptions: the sum of the words of the last `<image>` at or before it,
 * `[batch, text, dim]`, zeros before the first.
 *
 * @param embed the words' embeddings
 */
export function shownWords(
  embed: (words: Tensor) => Tensor,
  { tokens, described, describedMask, imageToken }: DescribedText,
): Tensor {
  const [, text = 1] = tokens.shape;
  const [, media = 1] = described.shape;
  const bags = wordSums(embed, { described, describedMask });
  const locations = equal(tokens, constant([imageToken], [1], 'int64'));
  const { attends } = mediaMask(locations, text, media, { onlyImmediate: true, cached: false });
  return matmul(cast(attends, 'float32'), bags);
}

/**
 * The second stage: the emoji model's language model, with bags of words in the place of pictures. Each token is given
 * the words of the last `<image>` at or before it, as the cross-attention will give it that picture later on; so the
 * language model learns where to look for what a picture shows, and is left to be frozen. The words' embeddings are
 * not part of the model that ships.
 */
export function describedLanguage() {
  const language = emojiLanguage();
  const parts = { language: language.parts, described: embedding(language.vocabulary, language.dim) };
  return {
    parts,
    /** Logits `[batch, text, vocabulary]` of the token after each token. */
    logits({ tokens, described, describedMask, imageToken }: DescribedText): Tensor {
      const shown = shownWords(parts.described, { tokens, described, describedMask, imageToken });
      return decoderLogits(language, tokens, {
        before: (layer, x) => (layer === 0 ? add(x, shown) : x),
      });
    },
  };
}
