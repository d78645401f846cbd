import { rearrange, slice, type Tensor } from '../../dsl/index.ts';
import { crossEntropy } from './cross-entropy.ts';

/**
 * The language model's loss: each token foretold from those before it (Flamingo paper, equation 1), for plain text and
 * for text with images in between alike.
 *
 * @param logits `[batch, text, vocabulary]`; those after the last token are not looked at
 * @param tokens int64 or int32 `[batch, text]`
 * @param counted bool or float `[batch, text]`: which tokens are to be foretold. Leave out padding, image tokens, and
 *   what the model need not learn to say. The first token of a row has nothing before it and never counts
 * @returns a scalar, the mean over the tokens that count
 */
export function nextTokenLoss(logits: Tensor, tokens: Tensor, counted: Tensor): Tensor {
  const flat = (x: Tensor) => rearrange(slice(x, 1, 1), 'batch text -> (batch text)');
  const before = rearrange(slice(logits, 1, 0, -1), 'batch text vocabulary -> (batch text) vocabulary');
  return crossEntropy(before, flat(tokens), flat(counted));
}
