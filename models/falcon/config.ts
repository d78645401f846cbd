import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { activationName, only, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { rotaryFacts } from '../configs/rotary-facts.ts';
import { wholeHeadRotaryFields } from '../configs/rotary-fields.ts';
import type { FalconOptions } from './falcon.ts';

const MODEL = 'Falcon';

const readConfig = originalConfig({
  model: MODEL,
  original: 'falcon',
  read: {
    hidden_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    num_kv_heads: sizes.width.nullish(),
    ffn_hidden_size: sizes.width.nullish(),
    // Of Falcon2-11B's file, which the class does not look at: ffn_hidden_size by hidden_size.
    ff_factor: positive.nullish(),
    vocab_size: sizes.vocabulary,
    max_position_embeddings: sizes.positions,
    new_decoder_architecture: z.boolean(),
    multi_query: z.boolean(),
    parallel_attn: z.boolean(),
    num_ln_in_parallel_attn: z.literal([1, 2]).nullish(),
    alibi: z.boolean(),
    rope_theta: positive,
    rope_scaling: wholeHeadRotaryFields,
    rope_parameters: wholeHeadRotaryFields,
    bias: z.boolean(),
    activation: activationName,
    layer_norm_epsilon: positive,
    tie_word_embeddings: z.boolean(),
    // Of the class before Falcon's, which no Falcon sets.
    apply_residual_connection_post_layernorm: only(false),
  },
  inert: 'attention_dropout hidden_dropout',
});

/** The options of Hugging Face's `FalconConfig`. */
export function falconFromConfig(config: unknown, notes?: string[]): FalconOptions {
  const given = readConfig(config, notes);
  const { hidden_size: dim, num_attention_heads: heads, new_decoder_architecture: isNew } = given;
  const { ffn_hidden_size: inner = null, ff_factor: factor = null } = given;
  if (factor !== null && factor * dim !== (inner ?? 4 * dim))
    throw contradiction(`ff_factor is ${factor}, but ffn_hidden_size ${inner ?? 'is left out'}`);
  const { contextLength, ...rotation } = rotaryFacts(MODEL, given, config, notes);
  return {
    ...{ dim, layers: given.num_hidden_layers, heads },
    keyValueHeads: isNew ? (given.num_kv_heads ?? heads) : keyValueHeadsOf(given),
    inner: inner ?? 4 * dim,
    vocabulary: given.vocab_size,
    ...(given.alibi
      ? { alibi: true, contextLength: given.max_position_embeddings }
      : { contextLength, ...rotation }),
    residual: residualOf(given),
    bias: given.bias,
    activation: given.activation,
    epsilon: given.layer_norm_epsilon,
    tiedHead: given.tie_word_embeddings,
  };
}

type FalconFields = ReturnType<typeof readConfig>;

/** Of the older architecture, where all heads share one, or none does. */
function keyValueHeadsOf({ multi_query, num_attention_heads, num_kv_heads }: FalconFields): number {
  if (multi_query) return 1;
  if (typeof num_kv_heads === 'number' && num_kv_heads !== num_attention_heads)
    throw contradiction(
      `num_kv_heads is ${num_kv_heads} of ${num_attention_heads} heads, but new_decoder_architecture and multi_query are false`,
    );
  return num_attention_heads;
}

/** The newer architecture is always parallel, whatever `parallel_attn` says. */
function residualOf(given: FalconFields): NonNullable<FalconOptions['residual']> {
  const {
    new_decoder_architecture: isNew,
    parallel_attn: isParallel,
    num_ln_in_parallel_attn: norms,
  } = given;
  if (isNew) return norms === 1 ? 'parallel' : 'parallel-own-norms';
  if (!isParallel) return 'in-turn';
  if (norms === 2) throw contradiction('num_ln_in_parallel_attn is 2, but new_decoder_architecture is false');
  return 'parallel';
}

const contradiction = (what: string): ModelError =>
  new ModelError(`The config of this ${MODEL} model contradicts itself: ${what}.`);

/**
 * The options of `RWConfig`, as Falcon's files had it before transformers knew Falcon. `RefinedWeb` (40B) is the newer
 * architecture, `RefinedWebModel` (7B, RW) the older, which is neither parallel nor shares heads where it does not say so.
 */
export function refinedWebFromConfig(config: unknown, notes?: string[]): FalconOptions {
  const given = recordOf(config);
  // What is no config is said of it as it is.
  if (given === undefined) return falconFromConfig(config, notes);
  const { n_layer, n_head, n_head_kv, ...others } = given;
  const isNew = others.model_type === 'RefinedWeb';
  const renamed = { num_hidden_layers: n_layer, num_attention_heads: n_head, num_kv_heads: n_head_kv };
  const said = Object.entries(renamed).filter(([, value]) => value !== undefined);
  return falconFromConfig(
    {
      ...{ multi_query: false, parallel_attn: false, tie_word_embeddings: true },
      ...{ ...others, ...Object.fromEntries(said), new_decoder_architecture: isNew },
    },
    notes,
  );
}
