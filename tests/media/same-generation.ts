import assert from 'node:assert/strict';
import type { Generation } from '../../runtime/worker/protocol.ts';

/**
 * That an answer is another's: the same tokens, text and end, and scores but for rounding.
 *
 * @param tolerance by which a score may be off, of itself where that is above 1
 */
export function assertSameGeneration(
  actual: Generation | undefined,
  expected: Generation | undefined,
  what: string,
  tolerance: number,
): void {
  assert.ok(actual && expected, what);
  assert.deepEqual(
    [actual.tokens, actual.text, actual.finish],
    [expected.tokens, expected.text, expected.finish],
    what,
  );
  assert.equal(actual.alternatives.length, expected.alternatives.length, what);
  for (const [place, score] of [actual.score, ...actual.scores].entries()) {
    const wanted = [expected.score, ...expected.scores][place] ?? Number.NaN;
    const most = tolerance * Math.max(1, Math.abs(wanted));
    assert.ok(Math.abs(score - wanted) <= most, `${what}: ${score} instead of ${wanted}`);
  }
}
