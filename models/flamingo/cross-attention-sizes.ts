import type { Activation } from '../shared/activation.ts';

/** The sizes of one gated cross-attention block. */
export interface CrossAttentionSizes {
  readonly dim: number;
  readonly vision: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly activation: Activation;
}
