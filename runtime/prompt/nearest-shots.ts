import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';

/**
 * Retrieval of in-context examples (RICES; arXiv 2204.14198): the examples whose frozen vision features are
 * most similar (cosine) to those of the query.
 *
 * @param query Features of the query's picture.
 * @param candidates Features of each example's picture, as long as the query's.
 * @param count How many to choose.
 * @returns Indices into `candidates`, the most similar LAST: examples near the question count most. Of equally similar
 *   ones the earlier candidate is taken to be more similar.
 * @throws UserError for fewer candidates than wanted, or features of different lengths.
 */
export function nearestShots(
  query: ArrayLike<number>,
  candidates: readonly ArrayLike<number>[],
  count: number,
): number[] {
  checkArgument('the features of the query', schemas.features, query);
  checkArgument('the features of the candidates', z.array(schemas.features), candidates);
  if (!Number.isInteger(count) || count < 0 || count > candidates.length) {
    throw new UserError(
      `${count} examples are to be chosen of ${candidates.length}: ask for a whole number from 0 to ${candidates.length}.`,
    );
  }
  const length = norm(query);
  const similarity = candidates.map((features, index) => {
    if (features.length !== query.length) {
      throw new UserError(
        `Candidate ${index} has ${features.length} features but the query has ${query.length}: compute both with the same vision encoder.`,
      );
    }
    const scale = length * norm(features);
    return scale === 0 ? 0 : dot(query, features) / scale;
  });
  return [...similarity.entries()]
    .sort(([indexA, a], [indexB, b]) => b - a || indexA - indexB)
    .slice(0, count)
    .map(([index]) => index)
    .reverse();
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a));
}
