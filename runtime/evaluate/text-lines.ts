/**
 * The lines of a text that comes in pieces, without their ends; what follows the last end is a line where it is not empty.
 *
 * @param most characters of a line
 * @returns `undefined` in the place of a longer line, as soon as that is known; what is left of it is passed over
 */
export async function* textLines(
  pieces: AsyncIterable<string>,
  most: number,
): AsyncGenerator<string | undefined> {
  let rest = '';
  let passesOver = false;
  for await (const piece of pieces) {
    const lines = `${rest}${piece}`.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!passesOver) yield line.length > most ? undefined : line;
      passesOver = false;
    }
    if (rest.length > most && !passesOver) {
      passesOver = true;
      yield undefined;
    }
    if (passesOver) rest = '';
  }
  if (rest !== '') yield rest;
}
