import { ModelError, type RotaryScaling } from '../../dsl/index.ts';
import { oneMeaning } from './one-meaning.ts';
import { recordOf } from './original-config.ts';
import type { RotaryFields } from './rotary-fields.ts';

/** The fields of a config that say how heads turn, read. */
export interface RotaryConfig {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly head_dim?: number | null | undefined;
  readonly max_position_embeddings: number;
  readonly rope_theta: number;
  readonly rope_scaling?: RotaryFields;
  readonly rope_parameters?: RotaryFields;
  readonly partial_rotary_factor?: number | null | undefined;
  readonly original_max_position_embeddings?: number | null | undefined;
}

/** The options of a decoder that follow from them. */
export interface RotaryFacts {
  readonly rotaryBase: number;
  readonly rotaryShare?: number;
  readonly rotaryScaling?: RotaryScaling;
  readonly contextLength: number;
}

/**
 * How a config has its heads turn. Two kinds of scaling follow the length of the prompt in transformers: `dynamic` begins
 * after `max_position_embeddings`, and `longrope` changes its factors after `original_max_position_embeddings`. Both are the
 * same for every prompt up to there, and the context ends there.
 *
 * @param config as it was read from the file: what a field has by default counts less than what is written elsewhere
 * @param notes gets a sentence where the context ends sooner than the config says
 * @throws ModelError where fields contradict each other
 */
export function rotaryFacts(
  model: string,
  given: RotaryConfig,
  config: unknown,
  notes?: string[],
): RotaryFacts {
  const { rope_parameters: parameters, rope_scaling: scaled, max_position_embeddings: most } = given;
  const said = recordOf(config) ?? {};
  const base = oneMeaning(model, {
    'rope_scaling.rope_theta': scaled?.rope_theta,
    'rope_parameters.rope_theta': parameters?.rope_theta,
    rope_theta: said.rope_theta === undefined ? undefined : given.rope_theta,
  });
  const share = oneMeaning(model, {
    'rope_scaling.partial_rotary_factor': scaled?.partial_rotary_factor,
    'rope_parameters.partial_rotary_factor': parameters?.partial_rotary_factor,
    partial_rotary_factor: said.partial_rotary_factor === undefined ? undefined : given.partial_rotary_factor,
  });
  const rotaryShare = share ?? given.partial_rotary_factor ?? 1;
  const headDim = given.head_dim ?? given.hidden_size / given.num_attention_heads;
  const pairs = Math.trunc(headDim * rotaryShare) / 2;
  const each = (name: string, fields: RotaryFields) => {
    if (fields?.rope_type === 'longrope') checkFactors(model, name, fields, pairs);
    return fields && scalingOf(model, fields, given);
  };
  const scaling = oneMeaning(model, {
    rope_scaling: each('rope_scaling', scaled),
    rope_parameters: each('rope_parameters', parameters),
  });
  if (scaling?.note !== undefined) notes?.push(scaling.note);
  return {
    rotaryBase: base ?? given.rope_theta,
    ...(rotaryShare !== 1 && { rotaryShare }),
    ...(scaling?.options && { rotaryScaling: scaling.options }),
    contextLength: scaling?.contextLength ?? most,
  };
}

/** @throws ModelError where a list of LongRoPE has not one factor for each pair of features that turn */
function checkFactors(
  model: string,
  name: string,
  lists: Extract<RotaryFields, { readonly rope_type: 'longrope' }>,
  pairs: number,
): void {
  for (const list of ['short_factor', 'long_factor'] as const) {
    const count = lists[list].length;
    if (count !== pairs)
      throw new ModelError(
        `The config of this ${model} model contradicts itself: ${name}.${list} has ${count} factors, but ${pairs} pairs of each head's features turn, and each has one.`,
      );
  }
}

/** A scaling, with how long a context it holds for where that is not all; none is spelt out as none. */
interface Scaling {
  readonly options?: RotaryScaling;
  readonly contextLength?: number;
  readonly note?: string;
}

function scalingOf(
  model: string,
  fields: NonNullable<RotaryFields>,
  { max_position_embeddings: most, original_max_position_embeddings: outer }: RotaryConfig,
): Scaling {
  switch (fields.rope_type) {
    case 'default':
      return {};
    case 'linear':
      return { options: { kind: 'linear', factor: fields.factor } };
    case 'llama3':
      return {
        options: {
          kind: 'llama3',
          factor: fields.factor,
          lowFrequencyFactor: fields.low_freq_factor,
          highFrequencyFactor: fields.high_freq_factor,
          originalContext: fields.original_max_position_embeddings,
        },
      };
    case 'dynamic': {
      const { original_max_position_embeddings: original } = fields;
      if (original && original !== most)
        throw new ModelError(
          `The config of this ${model} model asks for dynamic scaling from ${original} tokens on (original_max_position_embeddings), but releases of transformers take max_position_embeddings for it, which is ${most}; make them equal.`,
        );
      return {
        note: `The config of this ${model} model asks for dynamic scaling, which begins after max_position_embeddings (${most}) tokens; prompt and answer together are no longer here.`,
      };
    }
    case 'yarn': {
      const { factor, attention_factor, mscale, mscale_all_dim, beta_fast, beta_slow, truncate } = fields;
      const grown = (by: number) => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
      const ofScales = mscale && mscale_all_dim ? grown(mscale) / grown(mscale_all_dim) : grown(1);
      return {
        options: {
          ...{ kind: 'yarn', factor, magnitude: attention_factor ?? ofScales },
          originalContext: outer ?? fields.original_max_position_embeddings ?? most,
          ...(beta_fast && { fastTurns: beta_fast }),
          ...(beta_slow && { slowTurns: beta_slow }),
          ...(truncate === false && { wholePairs: false }),
        },
      };
    }
    case 'longrope': {
      const original = outer ?? fields.original_max_position_embeddings ?? most;
      const factor = fields.factor ?? most / original;
      const magnitude =
        fields.attention_factor ?? (factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)));
      return {
        options: { kind: 'longrope', factors: fields.short_factor, magnitude },
        contextLength: Math.min(most, original),
        ...(original < most && {
          note: `The config of this ${model} model has other rotary factors for prompts of more than ${original} tokens, with which those before would have to be read anew: the context ends at ${original} tokens, not at ${most}.`,
        }),
      };
    }
  }
}
