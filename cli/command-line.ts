import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { refusal } from '../artifact/system-error.ts';
import { checkGiven } from './check-given.ts';
import type { Action, CliCommand } from './command.ts';
import { COMMANDS } from './command-registry.ts';
import { describeError } from './describe-error.ts';
import { EXIT, EXIT_CODE_HELP, type ExitCode } from './exit-codes.ts';
import { createReport, type Report } from './report.ts';

/** How long an action has to stop by itself after Ctrl-C, in milliseconds, where its command does not say. */
const GRACE = 3000;
const VERSION = '--version';

/**
 * Runs one command line.
 *
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  const report = createReport();
  watchStreams();
  let exitCode: ExitCode = EXIT.ok;
  const debug = argv.includes('--debug');
  const program = new Command('flamingo')
    .description('Compile Flamingo visual language models written in TypeScript to ONNX, and run them.')
    .version(await packageVersion(), VERSION, 'print the version')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', `\n${EXIT_CODE_HELP}`)
    .exitOverride();
  const [name, ...words] = argv;
  const commands = await commandsFor(name);
  for (const command of commands) {
    addCommand(program, command, async (action) => {
      exitCode = await runAction(action, report, debug, command.grace);
    });
  }
  const prepare = commands.find((command) => command.name === name)?.prepare;
  try {
    const prepared = name === undefined || prepare === undefined ? argv : [name, ...prepare(words)];
    await program.parseAsync([...prepared], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are asked for; anything else that commander stops at is wrong use, which it has explained.
    return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUse;
  }
  return exitCode;
}

/** The command that is named alone, which then needs nothing of the others; all of them where none is; none for the version. */
async function commandsFor(name: string | undefined): Promise<readonly CliCommand[]> {
  if (name === VERSION) return [];
  const named = Object.entries(COMMANDS).filter(([each]) => each === name);
  const chosen = named.length > 0 ? named : Object.entries(COMMANDS);
  const modules = await Promise.all(chosen.map(([, load]) => load()));
  return modules.map(({ command }) => command);
}

function addCommand(
  program: Command,
  { name, summary, examples, configure }: CliCommand,
  run: (action: Action) => Promise<void>,
): void {
  const command = program
    .command(name)
    .description(summary)
    .helpOption('--help', 'show this help')
    .showHelpAfterError(`Try: flamingo ${name} --help`)
    .exitOverride();
  configure(command, run);
  command.option('--debug', 'show the stack of an error');
  checkGiven(command);
  command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}

async function runAction(action: Action, report: Report, debug: boolean, grace = GRACE): Promise<ExitCode> {
  const controller = new AbortController();
  // Whatever is under way at once listens for it; Node takes more than ten listeners for a mistake.
  setMaxListeners(0, controller.signal);
  let asked = 0;
  const interrupt = () => {
    asked += 1;
    controller.abort(new Error('interrupted'));
    if (asked > 1) process.exit(EXIT.interrupted);
    setTimeout(() => process.exit(EXIT.interrupted), grace).unref();
  };
  process.on('SIGINT', interrupt);
  try {
    const code = await action({ report, signal: controller.signal });
    return controller.signal.aborted ? stopped(report) : code;
  } catch (error) {
    if (controller.signal.aborted) return stopped(report);
    const { text, code } = await describeError(error, report.colour.err, debug);
    report.note(text);
    return code;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function stopped(report: Report): ExitCode {
  report.note('Stopped.');
  return EXIT.interrupted;
}

/**
 * `flamingo … | head` closes the pipe early: that is no error of ours. A result that cannot be written is the user's to
 * mend; a note that cannot be is no reason to stop.
 */
function watchStreams(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    // At once, as the process ends here.
    writeSync(process.stderr.fd, `error: ${refusal('The result', error, 'written')}\n`);
    process.exit(EXIT.badInput);
  });
}

async function packageVersion(): Promise<string> {
  for (const place of ['../package.json', '../../package.json']) {
    const text = await readFile(new URL(place, import.meta.url), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  }
  return 'unknown';
}
