import { layerNorm, rmsNorm, type Tensor } from '../../dsl/index.ts';

/** How a decoder normalises its rows. */
export interface NormKind {
  /** By their root mean square, or by mean and deviation. */
  readonly kind: 'rms' | 'layer';
  readonly epsilon: number;
  /** Whether a layer norm has biases. Default false. */
  readonly bias?: boolean;
  /** What is added to the weight of an RMS norm; Gemma's is 1. Default 0. */
  readonly weightOffset?: 0 | 1;
}

/** A norm over the last axis, `[..., dim]` in and out, with its parameters `weight` and, where it has them, `bias`. */
export interface Norm {
  (x: Tensor): Tensor;
  readonly parts: object;
}

/** A norm of a kind, for rows of `dim` features. */
export function norm(dim: number, { kind, epsilon, bias = false, weightOffset = 0 }: NormKind): Norm {
  if (kind === 'layer') {
    const made = layerNorm(dim, { epsilon, bias });
    return Object.assign((x: Tensor): Tensor => made(x), { parts: made.parts });
  }
  const made = rmsNorm(dim, { epsilon, weightOffset });
  return Object.assign((x: Tensor): Tensor => made(x), { parts: made.parts });
}
