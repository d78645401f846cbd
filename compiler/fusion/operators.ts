import { OPERATORS as list } from '../../dsl/operator-registry.ts';
import type { Operator } from '../../dsl/tensor.ts';

/** Every operator of the language by its name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  list.map((operator) => [operator.name, operator]),
);
