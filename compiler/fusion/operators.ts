import { readdirSync } from 'node:fs';
import type { Operator } from '../../dsl/operator.ts';

const FOLDER = new URL('../../dsl/operators/', import.meta.url);

/** Every operator of the language by its name: what the files of `dsl/operators/` export. */
export const OPERATORS: ReadonlyMap<string, Operator> = await loadOperators();

async function loadOperators(): Promise<ReadonlyMap<string, Operator>> {
  const files = readdirSync(FOLDER).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
  const operators = new Map<string, Operator>();
  for (const file of files.sort()) {
    const exported: Readonly<Record<string, unknown>> = await import(new URL(file, FOLDER).href);
    for (const value of Object.values(exported)) if (isOperator(value)) operators.set(value.name, value);
  }
  return operators;
}

function isOperator(value: unknown): value is Operator {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'infer' in value &&
    typeof value.infer === 'function'
  );
}
