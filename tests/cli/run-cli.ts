import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is installed. */
export const SHIM = fileURLToPath(new URL('../../cli/flamingo.mjs', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly result: Promise<CliResult>;
}

/** Runs the real command line as a child process, in the clone's root. */
export function flamingo(...words: readonly string[]): Promise<CliResult> {
  return spawnFlamingo(...words).result;
}

/** `flamingo` for a process that is to be sent signals. */
export function spawnFlamingo(...words: readonly string[]): RunningCli {
  const child = spawn(process.execPath, [SHIM, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      pieces[name] += text;
    });
  }
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...pieces }));
  });
  return { process: child, result };
}
