import { parseJson } from '../../../../artifact/parse-json.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { textLines } from '../../text-lines.ts';
import { textPieces } from './text-pieces.ts';

/**
 * The values of a file with one JSON value a line, by their lines from 1; `undefined` for a line that is no JSON.
 *
 * @throws UserError for a file that cannot be read, or a line that is too long
 */
export async function* jsonLines(
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly key: number; readonly value: unknown }> {
  const { most, of } = LIMITS.annotation;
  let number = 0;
  for await (const line of textLines(textPieces(file, signal), most)) {
    number += 1;
    if (line === undefined) {
      throw new UserError(
        `${file} has a line of more than ${most} ${of}, which is more than is read: is it a file of annotations?`,
      );
    }
    if (line.trim() !== '') yield { key: number, value: parsed(line, `${file} line ${number}`) };
  }
}

function parsed(line: string, where: string): unknown {
  try {
    return parseJson(line, where);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
