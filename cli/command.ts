import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Report } from './report.ts';

/** What a command's action is given besides its arguments and options. */
export interface CommandContext {
  readonly report: Report;
  /** Aborted by Ctrl-C. Long work throws `signal.reason` at its next step. */
  readonly signal: AbortSignal;
}

/**
 * One command of the command line. Each lives in its own file in `commands/`, as the export `command`;
 * `npm run registries` lists them.
 */
export interface CliCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Command lines as one would type them, shown by `--help`. */
  readonly examples: readonly string[];
  /** Rewrites the words after the command's name before they are parsed: for options of a shape that commander lacks. */
  prepare?(words: readonly string[]): readonly string[];
  /** Milliseconds that an action may take to stop by itself after Ctrl-C; default 3000. A second Ctrl-C stops at once. */
  readonly grace?: number;
  /** Adds arguments and options, and says what to run by calling `run` with the parsed values. */
  configure(command: Command, run: RunAction): void;
}

export type Action = (context: CommandContext) => Promise<ExitCode>;

/** Wraps an action for commander: errors become sentences and the result the exit code. */
type RunAction = (action: Action) => Promise<void>;

/** For options that take a whole number of at least `least`, in decimal digits. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const upper = most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : '';
    throw new InvalidArgumentError(`a whole number of at least ${least}${upper} was expected.`);
  };
}

/** A number as people write it, `0.5`, `.5` or `5e-1`: what JavaScript reads besides (`0x1`, `Infinity`, nothing) is none. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** For options that take a number between two bounds, `above` itself excluded. */
export function numberAbove(above: number, most = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (DECIMAL.test(text) && value > above && value <= most) return value;
    const upper = most < Number.MAX_VALUE ? ` and at most ${most}` : '';
    throw new InvalidArgumentError(`a number above ${above}${upper} was expected.`);
  };
}

/** For options that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** As `collect`, of texts that say something. */
export function collectTexts(value: string, earlier: readonly string[] = []): readonly string[] {
  if (value === '') throw new InvalidArgumentError('a text of at least one character was expected.');
  return [...earlier, value];
}

/** For options that take a whole number of at least `least` and may be given several times. */
export function collectNumbers(
  least: number,
): (text: string, earlier?: readonly number[]) => readonly number[] {
  const parse = wholeNumber(least);
  return (text, earlier = []) => [...earlier, parse(text)];
}
