import { z } from 'zod';
import type { Dtype } from '../dsl/dtype.ts';
import type { CheckpointName, Program } from '../dsl/program.ts';
import type { ParameterInfo } from '../dsl/tensor.ts';
import { parseJson } from './parse-json.ts';

/** The artifact's list of its parameters: all that putting other weights in needs to know of the model. */
export const PARAMETERS = 'parameters.json';

const count = z.number().int().nonnegative();

const checkpointName: z.ZodType<CheckpointName> = z.union([
  z.strictObject({
    ours: z.string(),
    theirs: z.string(),
    part: z.exactOptional(z.strictObject({ index: count, of: count })),
  }),
  z.strictObject({ unused: z.string(), because: z.string() }),
]);

const schema = z.strictObject({
  /** By name: the shape, and the dtype that the graphs compute with. */
  parameters: z.record(
    z.string(),
    z.strictObject({
      shape: z.array(count),
      dtype: z.enum(['float32', 'float16', 'bfloat16', 'uint8']),
      trainable: z.boolean(),
      /** The dtype that its values are kept in at most, where that is not the graphs' own. */
      keptAs: z.exactOptional(z.enum(['float32', 'float16', 'bfloat16'])),
      /** The weight that this is one of the two tensors of. */
      quantised: z.exactOptional(
        z.strictObject({
          weight: z.string(),
          shape: z.array(count),
          format: z.enum(['int8', 'int4']),
          block: count,
          member: z.enum(['values', 'scales']),
          transposed: z.exactOptional(z.literal(true)),
        }),
      ),
    }),
  ),
  /** Further names of tied parameters: alias -> name. */
  aliases: z.record(z.string(), z.string()),
  /** How other projects spell the names. */
  checkpointNames: z.array(checkpointName),
});

export type ParameterTable = z.infer<typeof schema>;

/** @param parameters as the compiled graphs hold them */
export function parameterTable(
  program: Program,
  parameters: readonly ParameterInfo[],
  keptAs: (parameter: ParameterInfo) => Dtype,
): ParameterTable {
  const entry = (parameter: ParameterInfo) => {
    const { shape, dtype, trainable, quantised } = parameter;
    const kept = keptAs(parameter);
    return {
      ...{ shape, dtype, trainable },
      ...(kept !== dtype && { keptAs: kept }),
      ...(quantised && {
        quantised: {
          weight: quantised.weight.name ?? '',
          shape: quantised.weight.shape,
          format: quantised.format,
          block: quantised.block,
          member: quantised.member,
          ...(quantised.transposed && { transposed: true as const }),
        },
      }),
    };
  };
  return schema.parse({
    parameters: Object.fromEntries(parameters.map((each) => [each.name ?? '', entry(each)])),
    aliases: Object.fromEntries(program.aliases),
    checkpointNames: program.checkpointNames,
  });
}

export function encodeParameterTable(table: ParameterTable): Uint8Array {
  return Buffer.from(`${JSON.stringify(table)}\n`);
}

/** The table's parameters, to be stored anew. None is drawn: every one must have a source. */
export function parametersOfTable({ parameters }: ParameterTable): readonly ParameterInfo[] {
  const initialiser = { kind: 'constant', value: 0 } as const;
  return Object.entries(parameters).map(([name, { shape, dtype, trainable, quantised }]) => {
    const info: ParameterInfo = { name, shape, dtype, trainable, initialiser };
    if (quantised === undefined) return info;
    const { weight, shape: whole, ...form } = quantised;
    return {
      ...info,
      quantised: { ...form, weight: { ...info, name: weight, shape: whole, dtype: 'float32' } },
    };
  });
}

/** @throws Error for text that is no table; UserError for more than is read. The artifact's checksum has been compared before */
export function parseParameterTable(text: string, path: string): ParameterTable {
  return schema.parse(parseJson(text, path));
}
