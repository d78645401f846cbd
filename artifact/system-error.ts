import { UserError } from './user-error.ts';

/** An error of the operating system, with its code: ENOENT, ENOSPC, … */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string';
}

/** What was to be done with a file or folder. */
type Use = 'opened' | 'written';

/**
 * What the operating system refused, in one sentence.
 *
 * @param use what was to be done, which the system does not say where it allows nothing; default to be opened
 */
export function refusal(path: string, error: NodeJS.ErrnoException, use: Use = 'opened'): string {
  switch (error.code) {
    case 'ENOENT':
      return use === 'written'
        ? `${path} cannot be written: the folder that it would lie in is gone, or takes nothing; choose another place.`
        : `${path} does not exist.`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `${path} cannot be used: a file is where a folder is needed; choose another place.`;
    case 'EACCES':
      return `${path} may not be ${use}: permission denied.`;
    case 'EISDIR':
      return `${path} is a folder, but a file was expected.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${path} cannot be written: the disk is full; make room and try again.`;
    case 'EROFS':
      return `${path} cannot be written: its disk is read-only; choose another place.`;
    case 'EFBIG':
      return `${path} cannot be written: it would be larger than this system allows a file to be.`;
    default:
      return `${path} cannot be used: ${error.message}.`;
  }
}

/**
 * Does what has to do with one file or folder.
 *
 * @param path what the sentence calls it
 * @param use what the work does; default opening it
 * @throws UserError one sentence for what the operating system refuses
 */
export async function orRefusal<R>(path: string, work: () => Promise<R>, use?: Use): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error, use));
    throw error;
  }
}
