import type { WarmThread } from '../runtime/worker/start-thread.ts';
import type { ExitCode } from './exit-codes.ts';

/** The commands for which a thread computes, by `withModel`. */
export const COMPUTING: readonly string[] = ['prepare', 'run'];

/**
 * Runs one command line. A thread that will compute is started before anything else is loaded: it takes longer to load
 * than it takes to read the words, on which nothing of it depends.
 *
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name = ''] = argv;
  const thread = COMPUTING.includes(name) ? await startThread() : undefined;
  try {
    const { runCommandLine } = await import('./command-line.ts');
    return await runCommandLine(argv, thread);
  } finally {
    await thread?.end();
  }
}

/** Nothing where it cannot be started: why is said when it is needed. */
async function startThread(): Promise<WarmThread | undefined> {
  const { warmThread } = await import('../runtime/worker/start-thread.ts');
  try {
    return warmThread();
  } catch {
    return undefined;
  }
}
