/** As many as a person reads of one file. */
const MOST = 12;

/** The first of the problems of a config, which a file of many values may have by the thousand, and how many more. */
export function firstProblems(problems: readonly string[], separator = '; '): string {
  const shown = problems.slice(0, MOST).join(separator);
  return problems.length > MOST ? `${shown}${separator}and ${problems.length - MOST} more` : shown;
}
