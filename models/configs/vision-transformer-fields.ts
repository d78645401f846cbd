import type { z } from 'zod';
import type { Activation } from '../shared/activation.ts';
import { activationName, sizes } from './config-fields.ts';

/** The fields that the configs of all vision transformers have, by transformers' names. */
export const visionTransformerFields = {
  hidden_size: sizes.width,
  num_hidden_layers: sizes.layers,
  num_attention_heads: sizes.width,
  image_size: sizes.pixels,
  patch_size: sizes.pixels,
  hidden_act: activationName,
};

/** {@link visionTransformerFields}, read. */
type VisionTransformerConfig = z.output<z.ZodObject<typeof visionTransformerFields>>;

/** The options that they are. */
export function visionTransformerOptions(given: VisionTransformerConfig): {
  readonly image: number;
  readonly patch: number;
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly activation: Activation;
} {
  return {
    image: given.image_size,
    patch: given.patch_size,
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    activation: given.hidden_act,
  };
}
