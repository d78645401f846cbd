import type { Dim } from '../../dsl/tensor.ts';
import type { Contract, PortContracts } from '../contract.ts';

/** What two graphs are called that change rows on the device where they lie. */
export interface RowGraphNames {
  readonly select: string;
  readonly join: string;
}

/**
 * Graphs that change tensors of rows on the device where they lie: `select` gives the rows that are asked for, each as often
 * as it is, `join` the rows of two behind each other.
 *
 * @param values by name what one row of each is
 */
export function rowContracts({ select, join }: RowGraphNames, values: PortContracts): Contract {
  const rowsOf = (prefix: string, rows: Dim): PortContracts =>
    Object.fromEntries(
      Object.entries(values).map(([name, { dtype, shape }]) => [
        `${prefix}_${name}`,
        { dtype, shape: [rows, ...shape] },
      ]),
    );
  return {
    [select]: {
      inputs: { ...rowsOf('past', 'batch'), rows: { dtype: 'int64', shape: ['rows'] } },
      outputs: rowsOf('selected', 'rows'),
    },
    [join]: {
      inputs: { ...rowsOf('past', 'batch'), ...rowsOf('other', 'others') },
      outputs: rowsOf('joined', 'batch+others'),
    },
  };
}
