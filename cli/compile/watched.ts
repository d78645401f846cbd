import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../artifact/user-error.ts';
import { describeError } from '../describe-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Report } from '../report.ts';

/** What the process that watches says to the one that compiles. */
export interface Begin {
  /** Whether a compiled model that is already there is replaced, whatever the command line says. */
  readonly replace: boolean;
}

/** What that one answers. */
export interface Compiled {
  readonly code: ExitCode;
  /** The author's files that the model is made of, as far as they could be read: what is to be watched. */
  readonly files: readonly string[];
}

/** What authors' files leave in memory, each time that they are read, adds up to no more than this. */
const MOST_MEMORY = 2 ** 30;

/**
 * Compiles whenever the process that watches says so, until that ends or memory has grown. All that no save can change is
 * loaded once: the compiler, the type checker with the language's library and this package. Authors' files are read anew.
 *
 * @param file the model's
 * @throws UserError where no process watches
 */
export async function compileWatched(
  file: string,
  { report, debug }: { readonly report: Report; readonly debug: boolean },
  compile: (begin: Begin) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (process.send === undefined)
    throw new UserError('--watched is for the process that --watch starts: use --watch.');
  const path = resolve(file);
  const { typeChecker } = await import('../../compiler/frontend/type-check.ts');
  const { readAnew } = await import('../../compiler/frontend/load-author-file.ts');
  const told = async (error: unknown): Promise<ExitCode> => {
    const { text, code } = await describeError(error, report.colour.err, debug);
    report.note(text);
    return code;
  };
  let rehearsals = 2;
  for await (const begin of beginnings()) {
    await readAnew();
    const code = await compile(begin).catch(told);
    const compiled: Compiled = { code, files: existsSync(path) ? typeChecker.authorFiles(path) : [] };
    process.send(compiled);
    // While nobody waits, what has run once or twice is run until Node has compiled it.
    if (rehearsals > 0 && existsSync(path)) {
      rehearsals -= 1;
      await setImmediate();
      typeChecker.check(path);
    }
    if (process.memoryUsage().rss > MOST_MEMORY) process.disconnect();
  }
  return EXIT.ok;
}

/** What the other process says, until it ends. */
async function* beginnings(): AsyncGenerator<Begin> {
  const said: Begin[] = [];
  let wake: () => void = () => {};
  const ended = new Promise<undefined>((resolve) => {
    process.once('disconnect', () => resolve(undefined));
  });
  process.on('message', (begin: Begin) => {
    said.push(begin);
    wake();
  });
  for (;;) {
    const next = said.shift();
    if (next !== undefined) yield next;
    else if (!process.connected) return;
    else
      await Promise.race([
        ended,
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
      ]);
  }
}
