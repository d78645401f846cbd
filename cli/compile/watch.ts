import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { ownProgram } from '../own-program.ts';
import type { Begin, Compiled } from './watched.ts';

/** Between two looks at the files, in milliseconds: asked for by name, so that any editor's way of saving is seen. */
const INTERVAL = 100;

/**
 * Compiles a model file, and again whenever it or a file that it imports is saved, until it is interrupted. A mistake is
 * shown and waited on; the compiled model stays as the last good save left it.
 *
 * @param file the model's
 * @param words the command line, without `--watch`
 * @throws the signal's reason
 */
export async function watchModel(
  file: string,
  words: readonly string[],
  { report, signal }: CommandContext,
): Promise<never> {
  let files: readonly string[] = [resolve(file)];
  let replace = false;
  const compiler = new CompilerProcess(words, signal);
  for (;;) {
    const before = await versionsOf(files);
    const { code, files: used } = await compiler.compile({ replace });
    signal.throwIfAborted();
    // From here on the folder has a model of this watch's own.
    replace ||= code === EXIT.ok;
    if (used.length > 0) files = used;
    const others = files.length === 1 ? '' : ` and ${files.length - 1} more`;
    report.note(`Watching ${basename(file)}${others}; Ctrl-C ends.`);
    await changed(files, before, signal);
  }
}

/** A process that has loaded all that it needs; where it ends, which an author's file may bring about, the next begins. */
class CompilerProcess {
  readonly #words: readonly string[];
  #child: ChildProcess | undefined;

  constructor(words: readonly string[], signal: AbortSignal) {
    this.#words = words;
    signal.addEventListener('abort', () => this.#child?.kill(), { once: true });
  }

  async compile(begin: Begin): Promise<Pick<Compiled, 'files'> & { readonly code: number | null }> {
    const child = this.#child ?? this.#start();
    const compiled = new Promise<Compiled>((resolve) => {
      child.once('message', resolve);
    });
    const ended = once(child, 'exit').then(([code]: number[]) => ({ code: code ?? null, files: [] }));
    child.send(begin, () => {});
    return await Promise.race([compiled, ended]);
  }

  #start(): ChildProcess {
    // Ctrl-C is this process's to hear: it ends the other.
    const apart = { execArgv: [], detached: true, windowsHide: true };
    const child = fork(ownProgram(), [...this.#words, '--watched'], apart);
    this.#child = child;
    child.once('disconnect', () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }
}

/** When each file was written, and its size; `missing` where it is not there. */
type Versions = ReadonlyMap<string, string>;

async function versionsOf(files: readonly string[]): Promise<Versions> {
  return new Map(
    await Promise.all(
      files.map(async (file) => {
        const found = await stat(file).catch(() => undefined);
        return [file, found === undefined ? 'missing' : `${found.mtimeMs} ${found.size}`] as const;
      }),
    ),
  );
}

/** Waits until a file is another than it was, and then until the files stay as they are. */
async function changed(files: readonly string[], before: Versions, signal: AbortSignal): Promise<void> {
  let last = await versionsOf(files);
  const known = new Map([...last, ...before]);
  for (;;) {
    await sleep(INTERVAL, undefined, { signal });
    const now = await versionsOf(files);
    const isStill = files.every((file) => now.get(file) === last.get(file) && now.get(file) !== 'missing');
    if (isStill && files.some((file) => now.get(file) !== known.get(file))) return;
    last = now;
  }
}
