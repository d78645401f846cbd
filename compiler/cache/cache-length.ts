import { UserError } from '../../artifact/user-error.ts';
import type { Program } from '../../dsl/program/program.ts';
import type { Target } from '../../dsl/target.ts';

/** A target's own choice is no longer than this: every row of a batch takes the whole of it. */
const LONGEST_BY_ITSELF = 2048;

/**
 * The length of the static cache that a program gets; undefined for one that grows.
 *
 * @param asked for by the user; undefined: not at all
 * @throws UserError for a length that is none, one longer than the context, or a program that reads no text
 */
export function cacheLengthOf(
  { name, facts: { language } }: Program,
  { capabilities }: Pick<Target, 'capabilities'>,
  asked: number | undefined,
): number | undefined {
  if (language === undefined) {
    if (asked === undefined) return undefined;
    throw new UserError(
      `A static cache of ${asked} tokens was asked for, but the program '${name}' reads no text: leave it out.`,
    );
  }
  const { contextLength, layers } = language;
  if (layers === 0) {
    if (asked === undefined) return undefined;
    throw new UserError(
      `A static cache of ${asked} tokens was asked for, but no layer of the program '${name}' keeps keys and values: leave it out.`,
    );
  }
  if (asked === undefined)
    return capabilities.staticCache ? Math.min(contextLength, LONGEST_BY_ITSELF) : undefined;
  if (!Number.isInteger(asked) || asked < 1) {
    throw new UserError(
      `The static cache has a length of ${asked} but a whole number from 1 is expected: give its length in tokens.`,
    );
  }
  if (asked > contextLength) {
    throw new UserError(
      `The static cache was to hold ${asked} tokens, but the model's context has ${contextLength}: give a length of at most that.`,
    );
  }
  return asked;
}
