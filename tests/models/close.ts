import assert from 'node:assert/strict';

/** Of the largest expected magnitude: the parity that this project promises in float32. */
export const TOLERANCE = 1e-4;

/** Fails unless every value is within `tolerance` times the largest expected magnitude of the expected one. */
export function assertClose(
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  tolerance = TOLERANCE,
): void {
  assert.equal(actual.length, expected.length, 'number of values');
  let largest = 0;
  for (let index = 0; index < expected.length; index++)
    largest = Math.max(largest, Math.abs(Number(expected[index])));
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(Number(actual[index]) - Number(expected[index]));
    assert.ok(
      difference <= tolerance * largest,
      `value ${index} is ${actual[index]}, expected ${expected[index]} (largest ${largest})`,
    );
  }
}
