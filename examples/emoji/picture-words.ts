import {
  add,
  divide,
  embedding,
  gelu,
  layerNorm,
  linear,
  multiply,
  rearrange,
  reduce,
  reduceSum,
  type Tensor,
} from '../../dsl/index.ts';
import { emojiVision } from '../../models/emoji/vision.ts';
import { logitScale } from '../../models/losses/contrastive.ts';

/** Width of the space in which pictures and words are compared. */
const JOINT = 192;

/**
 * The first stage's two towers, as CLIP's (Radford et al. 2021, arXiv 2103.00020): the vision encoder with its features
 * averaged, and words as a bag. Of it all only the vision encoder is kept; the rest gives it something to learn from.
 *
 * @param vocabulary tokens of the tokenizer
 */
export function pictureWords(vocabulary: number) {
  const vision = emojiVision();
  const parts = {
    vision: vision.parts,
    picture: { norm: layerNorm(vision.dim), project: linear(vision.dim, JOINT, { bias: false }) },
    words: {
      embed: embedding(vocabulary, JOINT),
      norm: layerNorm(JOINT),
      up: linear(JOINT, 2 * JOINT),
      down: linear(2 * JOINT, JOINT),
    },
    /** How sharply a picture chooses among names, and among other drawings. */
    scales: { names: logitScale(), drawings: logitScale() },
  };
  return {
    parts,
    /** pixels `[images, 3, size, size]` -> `[images, 192]`, of any length. */
    picture(pixels: Tensor): Tensor {
      const average = reduce(vision.encode(pixels), 'images places dim -> images dim', 'mean');
      return parts.picture.project(parts.picture.norm(average));
    },
    /** tokens int64 `[texts, words]` and mask float32 of the same shape, 0 at padding -> `[texts, 192]`, of any length. */
    words(tokens: Tensor, mask: Tensor): Tensor {
      const weights = rearrange(mask, 'texts words -> texts words 1');
      const sum = reduce(multiply(parts.words.embed(tokens), weights), 'texts words dim -> texts dim', 'sum');
      const bag = parts.words.norm(divide(sum, reduceSum(mask, [1], true)));
      return add(bag, parts.words.down(gelu(parts.words.up(bag))));
    },
  };
}
