import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { ExitCode } from '../exit-codes.ts';

/** What the process that watches says to one that it has started ahead. */
export interface Begin {
  /** Whether a compiled model that is already there is replaced, whatever the command line says. */
  readonly replace: boolean;
}

/** The author's files that the model is made of, as far as they could be read: what is to be watched. */
export interface UsedFiles {
  readonly files: readonly string[];
}

/**
 * Compiles once, in a process that was started ahead: all that no save can change is loaded before the word to begin
 * comes. A process each, because a module that Node has once imported stays as it was.
 *
 * @param file the model's
 * @throws UserError where no process watches; what `compile` throws
 */
export async function compilePrepared(
  file: string,
  signal: AbortSignal,
  compile: (begin: Begin) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (process.send === undefined)
    throw new UserError('--prepared is for the processes that --watch starts: use --watch.');
  const begin = beginning(signal);
  const path = resolve(file);
  const [{ typeCheck, authorFiles }, { prepareLoader }, { buildProgram }, tiny] = await Promise.all([
    import('../../compiler/frontend/type-check.ts'),
    import('../../compiler/frontend/load-author-file.ts'),
    import('../../compiler/build-program.ts'),
    import('../../models/presets/tiny.ts'),
    import('../../compiler/compile.ts'),
    import('../../compiler/frontend/author-names.ts'),
    import('../../models/index.ts'),
    import('../../runtime/tokenizer.ts'),
  ]);
  // The library of the language and this package are read once; the author's files are read again.
  if (existsSync(path)) typeCheck(path);
  await prepareLoader();
  // Fusion rules are read, and the code that builds has run once: it is faster the second time.
  buildProgram(tiny.default);
  try {
    return await compile(await begin);
  } finally {
    const used: UsedFiles = { files: existsSync(path) ? authorFiles(path) : [] };
    process.send(used);
    process.disconnect();
  }
}

function beginning(signal: AbortSignal): Promise<Begin> {
  return new Promise((resolve, reject) => {
    process.once('message', (message: Begin) => resolve(message));
    process.once('disconnect', () => reject(new UserError('The process that watched has ended.')));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
