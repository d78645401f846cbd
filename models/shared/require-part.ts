import { ModelError, unmarked } from '../../dsl/index.ts';
import { shownValue } from '../../dsl/options/option-kinds.ts';

/** What stands in the places of a model that take what another function makes, and a method that each has. */
const PARTS = {
  vision: { words: 'a vision encoder, as clipVit({ … }) makes one', method: 'encode' },
  language: { words: 'a language model, as opt({ … }) makes one', method: 'layer' },
  connector: { words: 'a connector, as mlpConnector() makes one, or a block', method: 'make' },
} as const;

/**
 * Refuses what is no part of its kind, which a file without types may have taken for one.
 *
 * @param where the function whose option it is
 * @throws ModelError
 */
export function requirePart(where: string, option: keyof typeof PARTS, given: unknown): void {
  const { words, method } = PARTS[option];
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ModelError(`${where}: ${option} must be ${words}, but it is ${shownValue(given)}`);
  if (!(method in unmarked(given)))
    throw new ModelError(`${where}: ${option} must be ${words}, but it has no ${method}`);
}
