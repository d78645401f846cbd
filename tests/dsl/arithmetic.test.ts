import assert from 'node:assert/strict';
import fc from 'fast-check';
import { errorsOf, madeFile } from './type-checker.ts';

const literal = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 4096 }),
  fc.integer({ min: 1, max: 300_000 }),
);

/** What each operation of `types/dim.ts` gives for two literals; undefined for never. */
const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  Add: (a, b) => a + b,
  Subtract: (a, b) => (a >= b ? a - b : undefined),
  Multiply: (a, b) => a * b,
  Divide: (a, b) => (a % b === 0 ? a / b : undefined),
};

describe('arithmetic on literal sizes in types', () => {
  it('is exact', () => {
    const pairs = [
      ...fc.sample(fc.tuple(literal, literal), { numRuns: 60, seed: 1 }),
      // Most random numbers do not divide: products do.
      ...fc.sample(fc.tuple(literal, literal), { numRuns: 60, seed: 2 }).map(([a, b]) => [a * b, b] as const),
    ];
    const cases = pairs.flatMap(([a, b]) =>
      Object.entries(OPERATIONS).map(([name, compute]) => ({
        type: `${name}<${a}, ${b}>`,
        value: compute(a, b),
      })),
    );
    const file = madeFile(
      'tests/dsl/made/arithmetic.ts',
      `import type { ${Object.keys(OPERATIONS).join(', ')} } from '../../../dsl/types/dim.ts';\n${cases
        .map(({ type }, index) => `export type Result${index} = ${type};`)
        .join('\n')}\n`,
    );
    assert.deepEqual(errorsOf(file), []);
    for (const [index, { type, value }] of cases.entries()) {
      const text = file.getTypeAliasOrThrow(`Result${index}`).getType().getText();
      assert.equal(text, value === undefined ? 'never' : `${value}`, type);
    }
  });
});
