import { execFile } from 'node:child_process';
import { ownProgram } from '../../own-program.ts';

/** What a command line gave. */
export interface CommandLineResult {
  /** null where the process was ended from outside. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

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
  const all = [ownProgram(), ...words];
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
