import { z } from 'zod';
import { LIMITS } from '../../dsl/limits.ts';
import { positive, sizes } from './config-fields.ts';
import { recordOf } from './original-config.ts';

/** The part of each head's features that turn. */
export const rotaryShare = z.number().gt(0).max(1);

/** What all kinds of rotation may say besides. */
const common = {
  rope_theta: positive.optional(),
  partial_rotary_factor: rotaryShare.nullish(),
};
const original_max_position_embeddings = sizes.positions.nullish();
const attention_factor = positive.nullish();
const eachPair = z.array(positive).max(LIMITS.modelWidth.most);

const KINDS = 'only default, linear, dynamic, llama3, yarn and longrope are done';

/**
 * `rope_scaling`, and `rope_parameters` as releases from 2025 on write it: the kind under `rope_type`, in older files
 * under `type`.
 */
const rotaryFields = z.preprocess(
  (value, context) => {
    const fields = recordOf(value);
    if (fields === undefined) return value;
    const { type, ...rest } = fields;
    // Releases differ in which of the two they believe.
    if (type !== undefined && rest.rope_type !== undefined && type !== rest.rope_type) {
      context.addIssue('type and rope_type contradict each other');
    }
    if (Object.keys(fields).length === 0) return undefined;
    const kind = rest.rope_type ?? type ?? 'default';
    // The first name of LongRoPE in Phi-3's files.
    return { ...rest, rope_type: kind === 'su' ? 'longrope' : kind };
  },
  z
    .discriminatedUnion(
      'rope_type',
      [
        z.strictObject({ rope_type: z.literal('default'), ...common }),
        z.strictObject({ rope_type: z.literal('linear'), factor: positive, ...common }),
        z.strictObject({
          rope_type: z.literal('dynamic'),
          factor: positive,
          original_max_position_embeddings,
          ...common,
        }),
        z
          .strictObject({
            rope_type: z.literal('llama3'),
            factor: positive,
            low_freq_factor: positive,
            high_freq_factor: positive,
            original_max_position_embeddings: sizes.positions,
            ...common,
          })
          .refine(
            ({ low_freq_factor: low, high_freq_factor: high }) => high > low,
            'high_freq_factor must be above low_freq_factor',
          ),
        z.strictObject({
          rope_type: z.literal('yarn'),
          factor: positive,
          original_max_position_embeddings,
          attention_factor,
          beta_fast: positive.nullish(),
          beta_slow: positive.nullish(),
          mscale: z.number().min(0).nullish(),
          mscale_all_dim: z.number().min(0).nullish(),
          truncate: z.boolean().nullish(),
          ...common,
        }),
        z.strictObject({
          rope_type: z.literal('longrope'),
          short_factor: eachPair,
          long_factor: eachPair,
          factor: positive.nullish(),
          original_max_position_embeddings,
          attention_factor,
          ...common,
        }),
      ],
      { error: (issue) => (issue.code === 'invalid_union' ? KINDS : undefined) },
    )
    .nullish(),
);

export type RotaryFields = z.output<typeof rotaryFields>;

const isPlain = (given: RotaryFields): boolean => (given?.rope_type ?? 'default') === 'default';
const PLAIN = 'only rope_type default is done';

/** What a family reads in which a part of each head may turn. */
export const partHeadRotaryFields = rotaryFields;

/** {@link rotaryFields} of a family that knows no scaling. */
export const plainRotaryFields = rotaryFields.refine(isPlain, PLAIN);

/** {@link rotaryFields} of a family of which every head turns as a whole. */
export const wholeHeadRotaryFields = rotaryFields.refine(
  (given) => (given?.partial_rotary_factor ?? 1) === 1,
  { message: 'only 1 is done', path: ['partial_rotary_factor'] },
);

/** {@link wholeHeadRotaryFields} of a family that knows no scaling. */
export const plainWholeHeadRotaryFields = wholeHeadRotaryFields.refine(isPlain, PLAIN);
