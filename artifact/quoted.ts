/** Longer texts of a file are cut where a sentence quotes them. */
const LONGEST = 120;

/** What breaks a line or steers a terminal: all control characters, those of C1 too (0x9b begins a sequence). */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** A text from a file as a sentence can quote it: cut, without line breaks and other control characters. */
export function quoted(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return JSON.stringify(cut).replaceAll(CONTROL, '\u{FFFD}');
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
  return cut.replaceAll(CONTROL, '\u{FFFD}');
}

/** The first few of many names from a file, as a sentence can list them. */
export function listed(names: readonly string[], most = 10): string {
  const shown = names
    .slice(0, most)
    .map((name) => plain(name))
    .join(', ');
  return names.length > most ? `${shown}, … (${names.length} in all)` : shown;
}
