import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UserError } from '../../artifact/user-error.ts';

/**
 * Takes a run's folder for this process, so that no other trains into it at the same time. A process that was killed
 * leaves its lock behind; as it is not there any more, the next one takes the folder over.
 *
 * @param path of the lock, a file that does not exist while nobody trains
 * @returns what gives the folder back when it is disposed of
 * @throws UserError while another process has it
 */
export async function lockRun(path: string): Promise<AsyncDisposable> {
  const own = `${process.pid} on ${hostname()}`;
  if (!(await create(path, own))) {
    const owner = await readFile(path, 'utf8').catch(() => '');
    if (!isGone(owner)) {
      throw new UserError(
        `Process ${owner} is training into this folder (${path}); wait for it or give another folder with --out, and delete the file if it is no training.`,
      );
    }
    await rm(path, { force: true });
    if (!(await create(path, own))) {
      throw new UserError(
        `Another process took the folder of ${path} at the same time; give another with --out.`,
      );
    }
  }
  return {
    [Symbol.asyncDispose]: () => rm(path, { force: true }),
  };
}

/** @returns whether the file was not there before */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether a lock's owner has ended. Of another machine's processes nothing is known. */
function isGone(owner: string): boolean {
  const [, id, host] = /^(\d+) on (.*)$/.exec(owner) ?? [];
  if (id === undefined || host === undefined) return true;
  if (host !== hostname()) return false;
  if (Number(id) === process.pid) return false;
  try {
    process.kill(Number(id), 0);
    return false;
  } catch (error) {
    // Whose signals are refused is another user's, and alive.
    return !(error instanceof Error && 'code' in error && error.code === 'EPERM');
  }
}
