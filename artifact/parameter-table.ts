import { z } from 'zod';
import { QUANTISED_FORMATS } from '../dsl/precision.ts';
import type { CheckpointName } from '../dsl/program/program.ts';
import { parseJson } from './parse-json.ts';

const count = z.number().int().nonnegative();

const checkpointName: z.ZodType<CheckpointName> = z.union([
  z.strictObject({
    ours: z.string(),
    theirs: z.string(),
    part: z.exactOptional(z.strictObject({ index: count, of: count })),
  }),
  z.strictObject({ unused: z.string(), because: z.string() }),
]);

export const parameterTableSchema = z.strictObject({
  /** By name: the shape, and the dtype that the graphs compute with. */
  parameters: z.record(
    z.string(),
    z.strictObject({
      shape: z.array(count),
      dtype: z.enum(['float32', 'float16', 'bfloat16', 'uint8', 'int8']),
      trainable: z.boolean(),
      /** The dtype that its values are kept in at most, where that is not the graphs' own. */
      keptAs: z.exactOptional(z.enum(['float32', 'float16', 'bfloat16'])),
      /** The weight that this is one of the two tensors of. */
      quantised: z.exactOptional(
        z.strictObject({
          weight: z.string(),
          shape: z.array(count),
          format: z.enum(QUANTISED_FORMATS),
          block: count,
          member: z.enum(['values', 'scales']),
          perRow: z.exactOptional(z.literal(true)),
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

export type ParameterTable = z.infer<typeof parameterTableSchema>;

export function encodeParameterTable(table: ParameterTable): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(table)}\n`);
}

/** @throws Error for text that is no table; UserError for more than is read. The artifact's checksum has been compared before */
export function parseParameterTable(text: string, path: string): ParameterTable {
  return parameterTableSchema.parse(parseJson(text, path));
}
