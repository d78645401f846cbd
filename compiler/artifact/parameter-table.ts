import { z } from 'zod';
import type { CheckpointName, Program } from '../../dsl/program.ts';
import type { ParameterInfo } from '../../dsl/tensor.ts';

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
      dtype: z.enum(['float32', 'float16', 'bfloat16']),
      trainable: z.boolean(),
    }),
  ),
  /** Further names of tied parameters: alias -> name. */
  aliases: z.record(z.string(), z.string()),
  /** How other projects spell the names. */
  checkpointNames: z.array(checkpointName),
});

export type ParameterTable = z.infer<typeof schema>;

/** @param parameters as the compiled graphs hold them */
export function parameterTable(program: Program, parameters: readonly ParameterInfo[]): ParameterTable {
  return schema.parse({
    parameters: Object.fromEntries(
      parameters.map(({ name = '', shape, dtype, trainable }) => [name, { shape, dtype, trainable }]),
    ),
    aliases: Object.fromEntries(program.aliases),
    checkpointNames: program.checkpointNames,
  });
}

export function encodeParameterTable(table: ParameterTable): Uint8Array {
  return Buffer.from(`${JSON.stringify(table)}\n`);
}

/** @throws Error for text that is no table; the artifact's checksum has been compared before */
export function parseParameterTable(text: string): ParameterTable {
  return schema.parse(JSON.parse(text));
}
