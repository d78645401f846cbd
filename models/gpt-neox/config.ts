import { z } from 'zod';
import { activationName, orElse, positive, sizes } from '../configs/config-fields.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { plainRotaryFields, rotaryShare as share } from '../configs/rotary-fields.ts';
import type { GptNeoxOptions } from './gpt-neox.ts';

const MODEL = 'GPT-NeoX';

const readConfig = originalConfig({
  model: MODEL,
  original: 'gpt_neox',
  read: {
    hidden_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    intermediate_size: sizes.width,
    vocab_size: sizes.vocabulary,
    max_position_embeddings: sizes.positions,
    rotary_pct: share,
    rotary_emb_base: positive,
    // Releases 4.46 to 4.57 write both again under these names, and do not read them.
    partial_rotary_factor: share.nullish(),
    rope_theta: positive.nullish(),
    rope_parameters: plainRotaryFields,
    rope_scaling: plainRotaryFields,
    use_parallel_residual: z.boolean(),
    hidden_act: activationName,
    attention_bias: orElse(z.boolean(), true),
    layer_norm_eps: positive,
    tie_word_embeddings: z.boolean(),
  },
  // The last two: GPT-NeoX-20B's.
  inert: `attention_dropout hidden_dropout classifier_dropout attention_probs_dropout_prob hidden_dropout_prob`,
});

/** The options of Hugging Face's `GPTNeoXConfig`: Pythia, RedPajama-INCITE. */
export function gptNeoxFromConfig(config: unknown, notes?: string[]): GptNeoxOptions {
  const given = readConfig(config, notes);
  const said = recordOf(config) ?? {};
  const { rope_parameters: parameters, rope_scaling: scaling } = given;
  // Left out, the older name has its default, which the newest place alone overrules.
  const older = (name: string, value: number, newest: number | null | undefined) =>
    typeof said[name] === 'number' || typeof newest !== 'number' ? value : undefined;
  const newestShare = scaling?.partial_rotary_factor ?? parameters?.partial_rotary_factor;
  const newestBase = scaling?.rope_theta ?? parameters?.rope_theta;
  const rotaryShare = oneMeaning(MODEL, {
    'rope_scaling.partial_rotary_factor': scaling?.partial_rotary_factor,
    'rope_parameters.partial_rotary_factor': parameters?.partial_rotary_factor,
    rotary_pct: older('rotary_pct', given.rotary_pct, newestShare),
    partial_rotary_factor: given.partial_rotary_factor,
  });
  const rotaryBase = oneMeaning(MODEL, {
    'rope_scaling.rope_theta': scaling?.rope_theta,
    'rope_parameters.rope_theta': parameters?.rope_theta,
    rotary_emb_base: older('rotary_emb_base', given.rotary_emb_base, newestBase),
    rope_theta: given.rope_theta,
  });
  return {
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.intermediate_size,
    vocabulary: given.vocab_size,
    contextLength: given.max_position_embeddings,
    rotaryShare: rotaryShare ?? given.rotary_pct,
    rotaryBase: rotaryBase ?? given.rotary_emb_base,
    parallelResidual: given.use_parallel_residual,
    attentionBias: given.attention_bias,
    activation: given.hidden_act,
    epsilon: given.layer_norm_eps,
    tiedHead: given.tie_word_embeddings,
  };
}
