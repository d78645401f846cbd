import { activationName, only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { ClipVitOptions } from './clip-vit.ts';

const readConfig = originalConfig({
  model: 'CLIP vision',
  // Published configs leave out what is as in ViT-B/32.
  honoured: {
    hidden_size: orElse(size, 768),
    intermediate_size: orElse(size, 3072),
    num_hidden_layers: orElse(size, 12),
    num_attention_heads: orElse(size, 12),
    image_size: orElse(size, 224),
    patch_size: orElse(size, 32),
    hidden_act: orElse(activationName, 'quick-gelu'),
    num_channels: only(3),
    layer_norm_eps: only(1e-5),
  },
  // The projection comes after the features that Flamingo takes.
  ignored: 'projection_dim attention_dropout dropout initializer_factor',
});

/** The options of Hugging Face's `CLIPVisionConfig`, alone or as the `vision_config` of a `CLIPConfig`. */
export function clipVitFromConfig(config: unknown): ClipVitOptions {
  const whole = typeof config === 'object' && config !== null && 'vision_config' in config;
  const given = readConfig(whole ? config.vision_config : config);
  return {
    image: given.image_size,
    patch: given.patch_size,
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.intermediate_size,
    activation: given.hidden_act,
  };
}
