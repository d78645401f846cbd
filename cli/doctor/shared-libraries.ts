import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A library that another one is linked to, and where this system's loader finds it. */
export interface NeededLibrary {
  readonly name: string;
  /** Undefined where the loader does not find it. */
  readonly path: string | undefined;
}

/**
 * Not among what ONNX Runtime 1.30 is linked to: its library opens it when a convolution, a pooling, a largest or smallest of
 * rows or an attention in float32 is first run, and without it those fail.
 */
export const CUDNN = 'libcudnn.so.9';

/** The driver's own library, which no package of CUDA has. */
export const DRIVER_LIBRARY = 'libcuda.so.1';

/** What ONNX Runtime's library for CUDA is linked to, and cuDNN, which it opens when a node first asks for it. */
export async function cudaNeeds(library: string): Promise<readonly NeededLibrary[] | undefined> {
  const linked = await neededLibraries(library);
  if (linked === undefined || linked.some(({ name }) => name === CUDNN)) return linked;
  return [...linked, await openedLibrary(CUDNN, dirname(library))];
}

/**
 * What a shared library is linked to, by the system's own `ldd`, so that it is found where the loader would find it:
 * `LD_LIBRARY_PATH`, run paths and `ldconfig`'s cache; and beside it, from where this project loads CUDA's (`preloadBeside`).
 *
 * @returns undefined where there is no `ldd`, or it cannot read the file
 */
export async function neededLibraries(file: string): Promise<readonly NeededLibrary[] | undefined> {
  try {
    const folders = [process.env.LD_LIBRARY_PATH, dirname(file)].filter((each) => each);
    const env = { ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: folders.join(delimiter) };
    const { stdout } = await execute('ldd', [file], { env });
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

/**
 * A library that another opens by its name while it runs, and that it is therefore not linked to.
 *
 * @param beside the folder of the one that opens it, which is looked at first
 */
export async function openedLibrary(name: string, beside: string): Promise<NeededLibrary> {
  const folders = [beside, ...(process.env.LD_LIBRARY_PATH ?? '').split(':').filter((each) => each !== '')];
  const folder = folders.find((each) => existsSync(join(each, name)));
  if (folder !== undefined) return { name, path: join(folder, name) };
  for (const program of ['ldconfig', '/sbin/ldconfig']) {
    try {
      const { stdout } = await execute(program, ['-p']);
      return { name, path: pathInCache(stdout, name) };
    } catch {
      // another system keeps it elsewhere
    }
  }
  return { name, path: undefined };
}

/** Lines such as `libcudnn.so.9 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcudnn.so.9`. */
export function pathInCache(text: string, name: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => line.startsWith(`${name} (`))?.split(' => ')[1];
}
