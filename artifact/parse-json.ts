import { LIMITS, type Limit } from '../dsl/limits.ts';
import { UserError } from './user-error.ts';

/**
 * `JSON.parse` for the text of a file, with limits on what comes out of it: a small text can hold nesting that overflows
 * the stack of whatever looks at the value, and values that take twenty times the text's memory.
 *
 * @param path what error sentences call the file
 * @param mostValues how many values are read
 * @throws SyntaxError for text that is not JSON; UserError for more than the limits allow
 */
export function parseJson(text: string, path: string, mostValues: Limit = LIMITS.jsonValues): unknown {
  let depth = 0;
  let values = 0;
  for (let place = 0; place < text.length; place++) {
    switch (text.charCodeAt(place)) {
      case QUOTE:
        place = endOfString(text, place);
        break;
      case COMMA:
        values++;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        values++;
        if (++depth > LIMITS.jsonDepth.most) {
          throw new UserError(
            `${path} nests its values deeper than the ${LIMITS.jsonDepth.most} levels that are read: get the file again from where it came from.`,
          );
        }
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--;
    }
  }
  if (values > mostValues.most) {
    throw new UserError(
      `${path} has ${values} values, but at most ${mostValues.most} are read: get the file again from where it came from.`,
    );
  }
  return JSON.parse(text);
}

const [QUOTE, COMMA] = [0x22, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BACKSLASH = 0x5c;

/** The place of the quotation mark that ends the string which begins at `start`; the end of the text without one. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
