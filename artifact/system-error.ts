import { UserError } from './user-error.ts';

/** An error of the operating system, with its code: ENOENT, ENOSPC, … */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string';
}

/** What the operating system refused, in one sentence. */
export function refusal(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return `${path} does not exist.`;
    case 'EACCES':
      return `${path} may not be opened: permission denied.`;
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
 * @throws UserError one sentence for what the operating system refuses
 */
export async function orRefusal<R>(path: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error));
    throw error;
  }
}
