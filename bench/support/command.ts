import type { Command } from 'commander';
import { UserError } from '../../artifact/user-error.ts';
import { coloursFor } from '../../cli/report.ts';

/** Says what is under way, beside the result. */
export function note(line: string): void {
  process.stderr.write(`${coloursFor(process.stderr).dim(line)}\n`);
}

/** Runs a command by the words of this process; what a user did wrong is one sentence, and exit code 1. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${coloursFor(process.stderr).red('error')}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
