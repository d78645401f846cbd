/** Longer texts of a file are cut where a sentence quotes them. */
const LONGEST = 120;

/** A text from a file as a sentence can quote it: cut, without line breaks and other control characters. */
export function quoted(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return JSON.stringify(cut);
}

/** The first few of many names from a file, as a sentence can list them. */
export function listed(names: readonly string[], most = 10): string {
  const shown = names
    .slice(0, most)
    .map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name));
  return `${shown.join(', ')}${names.length > most ? `, … (${names.length} in all)` : ''}`.replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    /[\u0000-\u001f\u007f]/g,
    '\u{FFFD}',
  );
}
