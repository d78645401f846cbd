import { type Claim, claim, type Holder } from '../../artifact/folder/claim.ts';
import { UserError } from '../../artifact/user-error.ts';

/**
 * Takes a run's folder for this process, so that no other trains into it at the same time. A process that was killed
 * leaves its lock behind. It is taken over: at once where the process is known to have ended, also when another has its
 * number now, as the first process of a container has; else, from another machine or container, when it has given no
 * sign of life for twenty seconds.
 *
 * @param path of the lock, a file that does not exist while nobody trains
 * @param patience milliseconds in place of the twenty seconds
 * @param onWait told of a process of which it has to be seen whether it is alive
 * @returns what gives the folder back when it is disposed of
 * @throws UserError while another process has it
 */
export async function lockRun(
  path: string,
  patience?: number,
  onWait: (owner: string) => void = () => {},
): Promise<Claim> {
  const refuse = ({ process, isAlive }: Holder): void => {
    const owner = process === undefined ? 'Another process' : `Process ${process.pid} on ${process.host}`;
    if (!isAlive) return onWait(owner);
    throw new UserError(
      `${owner} is training into this folder (${path}); wait for it or give another folder with --out.`,
    );
  };
  return claim(path, refuse, patience);
}
