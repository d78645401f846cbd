import {
  add,
  arange,
  cast,
  divide,
  gather,
  logSoftmax,
  ModelError,
  maximum,
  multiply,
  neg,
  rearrange,
  reduceMean,
  reduceSum,
  type Tensor,
} from '../../dsl/index.ts';

/**
 * The mean over examples of `-log softmax(logits)[label]`, as PyTorch's `cross_entropy`.
 *
 * @param logits `[examples, classes]`
 * @param labels int64 or int32 `[examples]`, each from 0 to `classes - 1`
 * @param counted bool or float `[examples]`: which examples count, or how much. The mean is over what these sum to, or
 *   over 1 where that is less, so that a batch in which nothing counts gives 0; training refuses it. Default: all alike
 * @returns a scalar
 * @throws ModelError when the logits do not have two axes
 */
export function crossEntropy(logits: Tensor, labels: Tensor, counted?: Tensor): Tensor {
  const [examples, classes] = logits.shape;
  if (examples === undefined || typeof classes !== 'number' || logits.shape.length !== 2) {
    throw new ModelError(
      `crossEntropy: logits must be [examples, classes] with a known number of classes, but they are [${logits.shape.join(', ')}]`,
    );
  }
  const flat = rearrange(logSoftmax(logits), 'examples classes -> (examples classes)');
  const places = add(multiply(arange(examples), classes), cast(labels, 'int64'));
  const losses = neg(gather(flat, places, 0));
  if (counted === undefined) return reduceMean(losses);
  const weights = cast(counted, 'float32');
  return divide(reduceSum(multiply(losses, weights)), maximum(reduceSum(weights), 1));
}
