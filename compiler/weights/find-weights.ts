import { type MatchedWeights, type MatchOptions, matchWeights } from './match/match-weights.ts';
import { compareCopies } from './match/weight-copies.ts';
import type { WeightFormat } from './read/format.ts';
import { openWeights } from './read/open-weights.ts';

export interface FindOptions extends MatchOptions {
  /** Formats of weight files besides this project's. Default none. */
  readonly weightFormats?: readonly WeightFormat[] | undefined;
}

/**
 * Opens weight files, indices of shards or folders, and finds every parameter in them.
 *
 * @param parameters those of a program, or of a compiled model
 * @returns where each parameter's values are, and what was left aside or resolved, a sentence each
 * @throws UserError for a file that cannot be read, or that lists all missing, unexpected and mis-shaped tensors at once
 */
export async function findWeights(
  parameters: Parameters<typeof matchWeights>[0],
  paths: readonly string[],
  { weightFormats = [], ...options }: FindOptions,
): Promise<Pick<MatchedWeights, 'sources' | 'notes'>> {
  const files = await Promise.all(paths.map((each) => openWeights(each, { weightFormats })));
  const { sources, notes, copies } = matchWeights(parameters, files, options);
  return { sources, notes: [...notes, ...(await compareCopies(copies))] };
}
