import type { GatedBlockSizes } from '../media/packed-block.ts';
import type { Activation } from '../shared/activation.ts';

/** The sizes of one gated cross-attention block. */
export interface CrossAttentionSizes extends GatedBlockSizes {
  readonly activation: Activation;
}
