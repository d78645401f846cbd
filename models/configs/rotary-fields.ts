import { z } from 'zod';
import type { RotaryScaling } from '../../dsl/index.ts';
import { positive, sizes } from './config-fields.ts';
import { recordOf } from './original-config.ts';

/** What all kinds of rotation may say besides; the share of each head that turns is read where a family has one. */
const common = {
  rope_theta: positive.optional(),
  partial_rotary_factor: z.number().gt(0).max(1).nullish(),
};

const KINDS = 'only default, linear and llama3 are done';

/**
 * `rope_scaling`, and `rope_parameters` as releases from 2025 on write it: the kind under `rope_type`, in older files
 * under `type`. Kinds that follow the length of the prompt (`dynamic`, `longrope`) or stretch attention too (`yarn`) are
 * refused.
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
    return { ...rest, rope_type: rest.rope_type ?? type ?? 'default' };
  },
  z
    .discriminatedUnion(
      'rope_type',
      [
        z.strictObject({ rope_type: z.literal('default'), ...common }),
        z.strictObject({ rope_type: z.literal('linear'), factor: positive, ...common }),
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
      ],
      { error: (issue) => (issue.code === 'invalid_union' ? KINDS : undefined) },
    )
    .nullish(),
);

type RotaryFields = z.output<typeof rotaryFields>;

const isPlain = (given: RotaryFields): boolean => (given?.rope_type ?? 'default') === 'default';
const PLAIN = 'only rope_type default is done';

/** {@link rotaryFields} of a family that knows no scaling. */
export const plainRotaryFields = rotaryFields.refine(isPlain, PLAIN);

/** {@link rotaryFields} of a family of which every head turns as a whole. */
export const wholeHeadRotaryFields = rotaryFields.refine(
  (given) => (given?.partial_rotary_factor ?? 1) === 1,
  { message: 'only 1 is done', path: ['partial_rotary_factor'] },
);

/** {@link wholeHeadRotaryFields} of a family that knows no scaling. */
export const plainWholeHeadRotaryFields = wholeHeadRotaryFields.refine(isPlain, PLAIN);

/** The scaling of a LLaMA's rotation; undefined: none. */
export function rotaryScaling(given: RotaryFields): RotaryScaling | undefined {
  if (given?.rope_type === 'linear') return { kind: 'linear', factor: given.factor };
  if (given?.rope_type !== 'llama3') return undefined;
  return {
    kind: 'llama3',
    factor: given.factor,
    lowFrequencyFactor: given.low_freq_factor,
    highFrequencyFactor: given.high_freq_factor,
    originalContext: given.original_max_position_embeddings,
  };
}
