import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a command line gave. */
export interface CommandLineResult {
  /** null where the process was ended from outside. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program beside the sources; the one of the package where this runs compiled, in `dist`. */
const PROGRAM = ['../../flamingo.mjs', '../../../../cli/flamingo.mjs']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((path) => existsSync(path));

const MOST_OUTPUT = 64 * 2 ** 20;

/**
 * Runs `flamingo` with these words in a folder, as a process of its own: paths count from there, and what goes wrong
 * in it goes wrong there.
 *
 * @throws the signal's reason when aborted
 */
export function commandLine(
  folder: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<CommandLineResult> {
  if (PROGRAM === undefined) throw new Error('the command line is not where it belongs');
  const all = [PROGRAM, ...words];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      all,
      { cwd: folder, maxBuffer: MOST_OUTPUT, signal },
      (error, stdout, stderr) => {
        if (signal.aborted) reject(signal.reason);
        else if (error === null) resolve({ code: 0, stdout, stderr });
        else resolve({ code: typeof error.code === 'number' ? error.code : null, stdout, stderr });
      },
    );
  });
}
