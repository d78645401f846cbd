import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../artifact/folder/make-folder.ts';
import { removePartials } from '../../artifact/folder/remove-partials.ts';
import { KEPT_WEIGHTS } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import { Checkpoints } from './checkpoints.ts';
import { RUN_FILES } from './run-files.ts';
import { lockRun } from './run-lock.ts';

/** A run's folder, taken by this process until it is disposed of. */
export interface RunFolder extends AsyncDisposable {
  readonly graphs: string;
  /** @throws UserError when another process took this one for dead and has the folder */
  checkHeld(): Promise<void>;
}

/**
 * Makes the folder of a run, or finds that it is one, takes it, and clears it of what a killed run was writing.
 *
 * @param options.mustResume refuse a folder without checkpoints
 * @param options.onWait told of a process that may be training there, before it is watched for twenty seconds
 * @throws UserError for a folder of something else, that cannot be written to, or that another
 *   process is training into
 */
export async function openRunFolder(
  out: string,
  { mustResume, onWait }: { readonly mustResume: boolean; readonly onWait?: (owner: string) => void },
): Promise<RunFolder> {
  const entries = await readdir(out).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw refusal(out, error);
  });
  if (entries.length > 0 && !entries.includes('checkpoints') && !entries.includes('graphs')) {
    throw new UserError(`${out} holds other files and is not the folder of a run; give another with --out.`);
  }
  const steps = await new Checkpoints(join(out, 'checkpoints')).steps();
  if (mustResume && steps.length === 0) {
    throw new UserError(`${out} has no checkpoint to resume from; leave out --resume to begin a run there.`);
  }
  try {
    await makeFolder(join(out, 'graphs'));
  } catch (error) {
    throw refusal(out, error);
  }
  const lock = await lockRun(join(out, 'lock'), undefined, onWait);
  // Of the size of the weights, each: a run that is killed now and then would fill the disk.
  await removePartials(out, Object.values(RUN_FILES));
  await removePartials(join(out, 'graphs'), [KEPT_WEIGHTS]);
  return {
    graphs: join(out, 'graphs'),
    async checkHeld() {
      if (await lock.isHeld()) return;
      throw new UserError(
        `Another process took ${out} over, as this one gave no sign of life for a while; nothing more is written: resume when that has ended.`,
      );
    },
    [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose](),
  };
}

function refusal(out: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = { ENOTDIR: 'it is not a folder', EACCES: 'permission denied', EROFS: 'the disk is read-only' }[
    code
  ];
  return new UserError(`${out} cannot be used for the run (${why ?? code}); give another folder with --out.`);
}
