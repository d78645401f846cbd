import { plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Encoder } from './encoder.ts';
import { UnknownText } from './models/model.ts';
import { reasonOf } from './reason-of.ts';
import type { TimeLimit } from './time-limit.ts';

/** Milliseconds that a text may take where a file's own regular expression runs: a hundred times what it needs. */
const ENCODING_TIME = { least: 5000, perCharacter: 0.05 };

/**
 * Encodes texts within a time that a sound tokenizer never takes.
 *
 * @param name what to call the tokenizer's file in messages
 * @returns the ids that `encode` makes of a text; it throws a UserError for a text that has none, or takes too long
 */
export function boundedEncoding(
  { patterned }: Encoder,
  name: string,
  runsWithin: TimeLimit,
): (text: string, encode: (text: string) => number[]) => number[] {
  return (text, encode) => {
    let ids: number[] = [];
    const work = () => {
      ids = encode(text);
    };
    const most = ENCODING_TIME.least + text.length * ENCODING_TIME.perCharacter;
    try {
      if (!patterned) work();
      else if (!runsWithin(most, work))
        throw new UserError(
          `${name} has a regular expression that takes over ${Math.round(most / 1000)} s for a text of ${text.length} characters, '${plain(text, 40)}': shorten the text or use another tokenizer.`,
        );
    } catch (error) {
      if (error instanceof UnknownText)
        throw new UserError(
          `${name} has no token for a part of '${plain(text, 60)}' and no unknown token: leave it out or use another tokenizer.`,
        );
      if (error instanceof UserError) throw error;
      throw new UserError(
        `${name} cannot encode '${plain(text, 60)}' (${reasonOf(error)}): use another tokenizer.`,
      );
    }
    return ids;
  };
}
