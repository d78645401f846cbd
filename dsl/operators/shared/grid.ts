import { fail } from '../../operator.ts';

/** Elements of a table that an operator makes: such tables are written into the model file itself. */
const LARGEST_TABLE = 2 ** 24;

/** Refuses what is not a whole number from `least` on. */
export function checkWhole(operator: string, numbers: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < least)
      fail(`${operator}: ${name} must be a whole number from ${least} on, but it is ${value}`);
  }
}

/** Refuses a table that no model file should hold. */
export function checkTable(operator: string, elements: number): void {
  if (elements <= LARGEST_TABLE) return;
  fail(
    `${operator}: its table would have ${elements} elements, more than ${LARGEST_TABLE}; choose a smaller grid or window`,
  );
}
