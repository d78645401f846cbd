import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError, refusal } from '../artifact/system-error.ts';
import { UserError } from '../artifact/user-error.ts';
import { openSafetensors, writeSafetensors } from '../artifact/weights/safetensors.ts';
import type { TaskStore } from './platform.ts';

/** Prepared tasks in files of this machine. */
export const fileTasks: TaskStore = {
  open: openSafetensors,
  async write(path, tensors, metadata) {
    const folder = dirname(path);
    if (!(await isFolder(folder)))
      throw new UserError(`${path} cannot be written, as there is no folder ${folder}: make it first.`);
    try {
      await writeSafetensors(path, tensors, metadata);
    } catch (error) {
      if (isSystemError(error)) throw new UserError(refusal(path, error));
      throw error;
    }
  },
};

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
