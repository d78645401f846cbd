import {
  add,
  constant,
  layerNorm,
  layerNormalize,
  parameter,
  rmsNorm,
  type Tensor,
  zeros,
} from '../../dsl/index.ts';

/** How a decoder normalises its rows. */
export interface NormKind {
  /** By their root mean square, or by mean and deviation. */
  readonly kind: 'rms' | 'layer';
  readonly epsilon: number;
  /** Whether a layer norm has biases. Default false. */
  readonly bias?: boolean;
  /** Whether a layer norm has weights; without them it has no biases either. Default true. */
  readonly weight?: boolean;
  /** What is added to the weight; Gemma's and Nemotron's is 1. Default 0. */
  readonly weightOffset?: 0 | 1;
}

/** A norm over the last axis, `[..., dim]` in and out, with the parameters that it has: `weight`, `bias`. */
export interface Norm {
  (x: Tensor): Tensor;
  readonly parts: object;
}

/** A norm of a kind, for rows of `dim` features. */
export function norm(dim: number, options: NormKind): Norm {
  const { kind, epsilon, bias = false, weight = true, weightOffset = 0 } = options;
  if (kind === 'layer') {
    if (!weight) return Object.assign(unweighted(dim, epsilon), { parts: {} });
    if (weightOffset === 1) return fromOne(dim, epsilon, bias);
    const made = layerNorm(dim, { epsilon, bias });
    return Object.assign((x: Tensor): Tensor => made(x), { parts: made.parts });
  }
  const made = rmsNorm(dim, { epsilon, weightOffset });
  return Object.assign((x: Tensor): Tensor => made(x), { parts: made.parts });
}

/** A layer norm whose weights count from 1. */
function fromOne(dim: number, epsilon: number, bias: boolean): Norm {
  const parts = { weight: parameter([dim], zeros), ...(bias && { bias: parameter([dim], zeros) }) };
  return Object.assign((x: Tensor) => layerNormalize(x, add(parts.weight, 1), parts.bias, epsilon), {
    parts,
  });
}

/** A layer norm without parameters. */
export function unweighted(dim: number, epsilon: number): (x: Tensor) => Tensor {
  const ones = Array.from({ length: dim }, () => 1);
  return (x) => layerNormalize(x, constant(ones), undefined, epsilon);
}
