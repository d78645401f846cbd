import { atCallSite } from '../at-call-site.ts';
import { describeShape, fail } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { gather } from './gather.ts';

/**
 * The learned row of every token: weight `[vocabulary, dim]`, tokens int64 of any shape `[...]`, result `[..., dim]`.
 * A `gather` of the weight's rows.
 *
 * @throws ModelError when the weight does not have 2 axes or the tokens are not integers
 */
export function embedding(weight: Tensor, tokens: Tensor): Tensor {
  return atCallSite(() => {
    if (weight.shape.length !== 2) {
      fail(`embedding: weight must be [vocabulary, dim], but it is ${describeShape(weight.shape)}`);
    }
    return gather(weight, tokens, 0);
  });
}
