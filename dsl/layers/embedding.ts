import type { Dtype } from '../dtype.ts';
import { embedding as lookUp } from '../operators/embedding.ts';
import { normal, type Parameter, parameter } from '../parameter.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import { layer } from './layer.ts';

export interface EmbeddingLayer<Vocabulary extends Dim, Width extends Dim> {
  /** Integer tokens `[...]` give `[..., dim]`. */
  <
    D extends Dtype,
    S extends Shape,
    R = Accept<'gather', 'indices', D, 'int64 or int32', readonly [...S, Width]>,
  >(
    tokens: Checked<R, Tensor<D, S>>,
  ): Result<'float32', R>;
  readonly parts: { readonly weight: Parameter<'float32', readonly [Vocabulary, Width]> };
}

/**
 * A learned row of width `dim` for every token; parameter `weight` `[vocabulary, dim]`, which starts normal with
 * deviation 0.02, as PyTorch's `nn.Embedding`.
 */
export function embedding<const Vocabulary extends number, const Width extends number>(
  vocabulary: Vocabulary,
  dim: Width,
): EmbeddingLayer<Canonical<Vocabulary>, Canonical<Width>> {
  const parts = { weight: parameter([vocabulary, dim], normal(0.02)) };
  // The operator checks at run time what the layer's type says.
  return layer('embedding', parts, (tokens) => lookUp(parts.weight, tokens)) as unknown as EmbeddingLayer<
    Canonical<Vocabulary>,
    Canonical<Width>
  >;
}
