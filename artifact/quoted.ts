/** Longer texts of a file are cut where a sentence quotes them. */
const LONGEST = 120;

/** A text from a file as a sentence can quote it: cut, without line breaks and other control characters. */
export function quoted(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return JSON.stringify(cut);
}

/** Longer paths no system has in use. */
export const LONGEST_PATH = 1_000;

/** Whether a text that is no file's path is rather the content of a JSON file. */
export function isContent(text: string): boolean {
  return text.length > LONGEST_PATH || /^\s*[{[]/.test(text);
}

/** A text from a file within a sentence: cut, without line breaks and other control characters, which become U+FFFD. */
export function plain(text: string, most = LONGEST): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return cut.replaceAll(/[\u0000-\u001f\u007f]/g, '\u{FFFD}');
}

/** The first few of many names from a file, as a sentence can list them. */
export function listed(names: readonly string[], most = 10): string {
  const shown = names
    .slice(0, most)
    .map((name) => plain(name))
    .join(', ');
  return names.length > most ? `${shown}, … (${names.length} in all)` : shown;
}
