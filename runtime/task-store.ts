import { checkWritable } from '../artifact/folder/check-writable.ts';
import { orRefusal } from '../artifact/system-error.ts';
import { openSafetensors, writeSafetensors } from '../artifact/weights/safetensors.ts';
import type { TaskStore } from './platform.ts';

/** Prepared tasks in files of this machine. */
export const fileTasks: TaskStore = {
  open: openSafetensors,
  async write(path, tensors, metadata) {
    await checkWritable(path);
    await orRefusal(path, () => writeSafetensors(path, tensors, metadata), 'written');
  },
};
