import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A library that another one is linked to, and where this system's loader finds it. */
export interface NeededLibrary {
  readonly name: string;
  /** Undefined where the loader does not find it. */
  readonly path: string | undefined;
}

/**
 * What a shared library is linked to, by the system's own `ldd`, so that it is found where the loader would find it:
 * `LD_LIBRARY_PATH`, run paths and `ldconfig`'s cache.
 *
 * @returns undefined where there is no `ldd`, or it cannot read the file
 */
export async function neededLibraries(file: string): Promise<readonly NeededLibrary[] | undefined> {
  try {
    const { stdout } = await execute('ldd', [file], { env: { ...process.env, LC_ALL: 'C' } });
    return parseLdd(stdout);
  } catch {
    return undefined;
  }
}

/** `libcudart.so.13 => not found`, `libc.so.6 => /lib/libc.so.6 (0x7f…)` */
export function parseLdd(text: string): readonly NeededLibrary[] {
  return text.split('\n').flatMap((line) => {
    const [, name, path] = /^\s*(\S+) => (not found|\/\S*)/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name, path: path === 'not found' ? undefined : path }];
  });
}
