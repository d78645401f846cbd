import { type ParameterTable, parameterTableSchema } from '../artifact/parameter-table.ts';
import type { Dtype } from '../dsl/dtype.ts';
import type { Program } from '../dsl/program/program.ts';
import type { StoredParameter } from './stored-parameter.ts';

/** @param parameters as the compiled graphs hold them */
export function parameterTable(
  program: Program,
  parameters: readonly StoredParameter[],
  keptAs: (parameter: StoredParameter) => Dtype,
): ParameterTable {
  const entry = (parameter: StoredParameter) => {
    const { shape, dtype, trainable, quantised } = parameter;
    const kept = keptAs(parameter);
    return {
      ...{ shape, dtype, trainable },
      ...(kept !== dtype && { keptAs: kept }),
      ...(quantised && {
        quantised: {
          weight: quantised.weight.name,
          shape: quantised.weight.shape,
          format: quantised.format,
          block: quantised.block,
          member: quantised.member,
          ...(quantised.perRow && { perRow: true as const }),
          ...(quantised.transposed && { transposed: true as const }),
        },
      }),
    };
  };
  return parameterTableSchema.parse({
    parameters: Object.fromEntries(parameters.map((each) => [each.name, entry(each)])),
    aliases: Object.fromEntries(program.aliases),
    checkpointNames: program.checkpointNames,
  });
}

/** The table's parameters, to be stored anew. None is drawn: every one must have a source. */
export function parametersOfTable({ parameters }: ParameterTable): readonly StoredParameter[] {
  const initialiser = { kind: 'constant', value: 0 } as const;
  return Object.entries(parameters).map(([name, { shape, dtype, trainable, quantised }]) => {
    const info: StoredParameter = { name, shape, dtype, trainable, initialiser };
    if (quantised === undefined) return info;
    const { weight, shape: whole, ...form } = quantised;
    return {
      ...info,
      quantised: { ...form, weight: { ...info, name: weight, shape: whole, dtype: 'float32' } },
    };
  });
}
