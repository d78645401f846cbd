import { readRange, withFile } from '../../../artifact/weights/file-access.ts';
import { refuseBroken } from '../../../artifact/weights/refuse-broken.ts';
import { STORED_BYTES, type StoredDtype, viewAs } from '../../../artifact/weights/stored-dtype.ts';
import { toFloat32 } from '../../../artifact/weights/to-float32.ts';

/** A tensor in a file, its elements side by side. */
export interface TensorRange {
  readonly name: string;
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: StoredDtype;
}

/** Bytes that are read at the beginning, in the middle and at the end of a tensor. */
const SAMPLE = 1024;

/**
 * Looks at a few numbers of every tensor, where reading all would take too long: what a training run that diverged has
 * saved is found.
 *
 * @throws UserError for a value that is not a finite number, naming the tensor and the place
 */
export async function checkSamples(tensors: readonly TensorRange[]): Promise<void> {
  for (const path of new Set(tensors.map((tensor) => tensor.path))) {
    await withFile(path, async (file) => {
      for (const tensor of tensors.filter((each) => each.path === path)) {
        const width = STORED_BYTES[tensor.dtype];
        const count = tensor.bytes / width;
        const length = Math.min(count, SAMPLE / width);
        for (const first of new Set([0, Math.floor((count - length) / 2), count - length])) {
          const bytes = await readRange(file, path, tensor.offset + first * width, length * width);
          const values = toFloat32(viewAs(tensor.dtype, bytes), tensor, path);
          refuseBroken(values, tensor, first);
        }
      }
    });
  }
}
