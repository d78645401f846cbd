/**
 * The lines of a text that comes in pieces, without their ends; what follows the last end is a line where it is not empty.
 *
 * @param most characters of a line; more than that of one that has not ended
 * @param tooLong what is thrown then
 */
export async function* textLines(
  pieces: AsyncIterable<string>,
  most: number,
  tooLong: () => Error,
): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = `${rest}${piece}`.split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > most) throw tooLong();
  }
  if (rest !== '') yield rest;
}
