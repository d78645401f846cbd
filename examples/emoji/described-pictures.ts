import {
  add,
  divide,
  embedding,
  frozen,
  multiply,
  rearrange,
  reduceSum,
  sqrt,
  subtract,
  type Tensor,
} from '../../dsl/index.ts';
import { VOCABULARY } from '../../models/emoji/language.ts';
import type { FlamingoParts } from '../../models/flamingo/flamingo-parts.ts';
import { interleavedLogits } from '../../models/flamingo/interleaved-logits.ts';
import { embedTokens } from '../../models/shared/language-model.ts';
import { type DescribedText, shownWords, wordSums } from './described-language.ts';

/** Keeps the error's denominator from zero in a batch without pictures. */
const LEAST = 1e-6;

/** Rows of text with pictures, and what the pictures show in words. */
export interface DescribedPictures extends DescribedText {
  /** `[batch, media, frames, places, dim]`, the frozen vision encoder's. */
  readonly features: Tensor;
}

/** Single pictures, each with its name and a token that looks at it. */
export interface NamedPictures {
  /** int64 `[pictures]`, any token at any position. */
  readonly tokens: Tensor;
  readonly positions: Tensor;
  /** `[pictures, places, dim]` */
  readonly features: Tensor;
  /** int64 `[pictures, 1, words]` and float32 of the same shape, 0 at padding. */
  readonly described: Tensor;
  readonly describedMask: Tensor;
}

/**
 * The last stage's forward pass. In the second stage the language model was given the words of each picture before
 * its first layer; now the first cross-attention block is to give it the same from the picture itself. How far it is
 * from that is a loss of its own, which tells every token of every picture what to see, where the next token's loss
 * tells the first token of an answer alone.
 */
export function describedPictures(flamingo: FlamingoParts, unlike: Unlikeness = otherDirection) {
  const described = embedding(VOCABULARY, flamingo.language.dim);
  const [[first, firstBlock] = []] = flamingo.blocks;
  if (first === undefined || firstBlock === undefined)
    throw new Error('the model has no cross-attention block');
  return {
    /** What `alone` needs: the resampler and the first block to be trained, the words' embeddings frozen. */
    firstParts: {
      perceiver: flamingo.perceiver,
      cross_attention: { [first]: firstBlock },
      language: frozen(flamingo.language.parts),
      described: frozen(described),
    },
    /** What the first block adds to single pictures' tokens `[pictures, dim]`, and how far that is from their names. */
    alone({ tokens, positions, features, ...names }: NamedPictures): {
      readonly added: Tensor;
      readonly unseen: Tensor;
    } {
      const one = (ids: Tensor) => rearrange(ids, 'pictures -> pictures 1');
      const before = embedTokens(flamingo.language, one(tokens), one(positions));
      const frames = rearrange(features, 'pictures places dim -> pictures 1 1 places dim');
      const after = firstBlock(before, flamingo.perceiver(frames));
      const added = subtract(after, before);
      return {
        added: rearrange(added, 'pictures 1 dim -> pictures dim'),
        unseen: unlike(added, wordSums(described, names)),
      };
    },
    /** The Flamingo's, and the second stage's embeddings of words, frozen. */
    parts: { ...flamingo.tree, described: frozen(described) },
    /** What is wanted of the first block for names `[names, 1, words]`: `[names, dim]`. */
    wanted: (names: Pick<NamedPictures, 'described' | 'describedMask'>): Tensor =>
      rearrange(wordSums(described, names), 'names 1 dim -> names dim'),
    /** Logits `[batch, text, vocabulary]`, and how far what the first block adds is from the names. */
    forward(batch: DescribedPictures): { readonly logits: Tensor; readonly unseen: Tensor } {
      const wanted = shownWords(described, batch);
      const added = new Map<number, Tensor>();
      const logits = interleavedLogits(flamingo, batch, (layer, before, after) =>
        added.set(layer, subtract(after, before)),
      );
      const seen = added.get(first);
      if (seen === undefined) throw new Error('no token has gone through the first cross-attention block');
      return { logits, unseen: unlike(seen, wanted) };
    },
  };
}

/** How far what was added, `[..., text, dim]`, is from what was wanted: one number, less where it is nearer. */
export type Unlikeness = (added: Tensor, wanted: Tensor) => Tensor;

/** The squared error as a share of what was wanted: 1 where nothing was added. */
export const shareOfSquares: Unlikeness = (added, wanted) =>
  divide(reduceSum(squaredLength(subtract(added, wanted))), add(reduceSum(squaredLength(wanted)), LEAST));

/**
 * One less the mean cosine, and the squared error of the lengths as a share. By squares alone, what is not sure of a
 * picture would best say it softly, and the language model then hears another word.
 */
export const otherDirection: Unlikeness = (added, wanted) => {
  const [given, asked] = [squaredLength(added), squaredLength(wanted)];
  const products = reduceSum(multiply(added, wanted), [-1]);
  const cosines = divide(products, sqrt(add(multiply(given, asked), LEAST)));
  // 1 for tokens that are to be given something, 0 for those before the first picture.
  const counted = divide(asked, add(asked, LEAST));
  const direction = subtract(1, divide(reduceSum(cosines), add(reduceSum(counted), LEAST)));
  const lengths = subtract(sqrt(add(given, LEAST)), sqrt(add(asked, LEAST)));
  const length = divide(reduceSum(multiply(lengths, lengths)), add(reduceSum(asked), LEAST));
  return add(direction, length);
};

function squaredLength(x: Tensor): Tensor {
  return reduceSum(multiply(x, x), [-1]);
}
