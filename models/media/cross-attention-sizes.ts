import type { Activation } from '../shared/activation.ts';
import type { GatedBlockSizes } from './packed-block.ts';

/** The sizes of one gated cross-attention block. */
export interface CrossAttentionSizes extends GatedBlockSizes {
  readonly activation: Activation;
}
