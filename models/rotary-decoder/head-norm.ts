import { concat, multiply, ones, parameter, rearrange, reshape, type Tensor } from '../../dsl/index.ts';
import { type Norm, type NormKind, norm, unweighted } from './norm.ts';

/**
 * What queries or keys are normalised over, and by which weights: each head by one weight for all (Qwen 3); all heads
 * together (OLMo 2); or each head by a layer norm of its own, whose weights are one tensor (Cohere) or a tensor for each
 * head (StableLM).
 */
export type HeadNormPlaces = 'a head' | 'all heads' | 'own' | 'own apart';

/**
 * A norm of the queries, or the keys, of so many heads: `[batch, text, heads*headDim]` in and out.
 *
 * @param over what is normalised, and by which weights
 */
export function headNorm(heads: number, headDim: number, kind: NormKind, over: HeadNormPlaces): Norm {
  if (over === 'all heads') return norm(heads * headDim, kind);
  if (over === 'a head') {
    const made = norm(headDim, kind);
    return Object.assign((x: Tensor) => together(made(apart(x, heads))), { parts: made.parts });
  }
  const standardised = unweighted(headDim, kind.epsilon);
  const weighted = (weight: Tensor) => (x: Tensor) =>
    together(multiply(standardised(apart(x, heads)), weight));
  if (over === 'own') {
    const weight = parameter([heads, headDim], ones);
    return Object.assign(weighted(weight), { parts: { weight } });
  }
  const norms = Array.from({ length: heads }, () => ({ weight: parameter([headDim], ones) }));
  const weight = () =>
    concat(
      norms.map((each) => reshape(each.weight, [1, headDim])),
      0,
    );
  return Object.assign((x: Tensor) => weighted(weight())(x), { parts: { norms } });
}

const apart = (x: Tensor, heads: number): Tensor =>
  rearrange(x, 'batch text (heads headDim) -> batch text heads headDim', { heads });
const together = (x: Tensor): Tensor =>
  rearrange(x, 'batch text heads headDim -> batch text (heads headDim)');
