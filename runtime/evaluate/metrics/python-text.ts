/** What Python's `str.split()` takes for a space, unlike JavaScript's `\s`: separators of records, and no byte order mark. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are among them
const SPACES = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** The words of a text as Python's `str.split()` finds them. */
export function pythonWords(text: string): readonly string[] {
  return text.split(SPACES).filter((word) => word !== '');
}

/** A text as Python's `str.strip()` leaves it. */
export function pythonTrimmed(text: string): string {
  return text
    .replace(new RegExp(`^${SPACES.source}`, 'u'), '')
    .replace(new RegExp(`${SPACES.source}$`, 'u'), '');
}
