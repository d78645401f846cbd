import {
  add,
  arange,
  cast,
  divide,
  equal,
  exp,
  type LossWithMetrics,
  ModelError,
  matmul,
  minimum,
  multiply,
  type Parameter,
  parameter,
  rearrange,
  reduceMax,
  reduceMean,
  reduceSum,
  sqrt,
  square,
  type Tensor,
  transpose,
} from '../../dsl/index.ts';
import { crossEntropy } from './cross-entropy.ts';

/** CLIP's first temperature, 0.07, and the scale that it does not let the logits exceed. */
const FIRST_TEMPERATURE = 0.07;
const LARGEST_SCALE = 100;

/** The learned temperature of `contrastiveLoss`: a parameter `[1]` of `log(1 / temperature)`, which starts at 0.07. */
export function logitScale(): Parameter<'float32', readonly [1]> {
  return parameter([1], { kind: 'constant', value: Math.log(1 / FIRST_TEMPERATURE) });
}

/**
 * The picture and the text of a row belong together, all others of the batch do not: the symmetric cross-entropy of
 * CLIP (Radford et al. 2021, figure 3), which trains Flamingo's vision encoder too (paper, appendix B.1.3). The learned
 * temperature is kept from going below 0.01.
 *
 * @param images, texts `[batch, dim]` of any length, `batch` a known size; no two rows should mean the same
 * @param scale a parameter of `logitScale()`
 * @returns the loss; as metrics, how often a picture is nearest to its own text (`image_accuracy`) and a text to its
 *   own picture (`text_accuracy`)
 * @throws ModelError when images or texts do not have two axes
 */
export function contrastiveLoss(images: Tensor, texts: Tensor, scale: Tensor): LossWithMetrics {
  const [batch] = images.shape;
  if (typeof batch !== 'number' || images.shape.length !== 2 || texts.shape.length !== 2) {
    throw new ModelError(
      `contrastiveLoss: images and texts must be [batch, dim] with a known batch, but they are [${images.shape.join(', ')}] and [${texts.shape.join(', ')}]`,
    );
  }
  const cosines = matmul(unitLength(images), transpose(unitLength(texts), [1, 0]));
  const byImage = sharpened(cosines, scale);
  const byText = transpose(byImage, [1, 0]);
  const own = arange(batch);
  return {
    loss: multiply(add(crossEntropy(byImage, own), crossEntropy(byText, own)), 0.5),
    metrics: { image_accuracy: accuracy(cosines), text_accuracy: accuracy(transpose(cosines, [1, 0])) },
  };
}

/** Cosines as logits, times the learned scale, which is kept from exceeding 100 (a temperature below 0.01). */
export function sharpened(cosines: Tensor, scale: Tensor): Tensor {
  return multiply(cosines, exp(minimum(scale, Math.log(LARGEST_SCALE))));
}

/** Rows scaled to length 1. */
export function unitLength(x: Tensor): Tensor {
  return divide(x, sqrt(add(reduceSum(square(x), [-1], true), 1e-12)));
}

/** How often the largest score of a row stands on the diagonal. */
function accuracy(scores: Tensor): Tensor {
  const [batch = 0] = scores.shape;
  const isOwn = cast(
    equal(rearrange(arange(batch), 'row -> row 1'), rearrange(arange(batch), 'column -> 1 column')),
    'float32',
  );
  const own = reduceSum(multiply(scores, isOwn), [1]);
  return reduceMean(cast(equal(own, reduceMax(scores, [1])), 'float32'));
}
