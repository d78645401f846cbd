import { UserError } from '../../artifact/user-error.ts';
import { isOlder, OLDEST_DRIVER } from '../doctor/cuda-findings.ts';
import type { Nvidia } from '../doctor/nvidia.ts';
import type { CudaVersion } from './packages.ts';

/**
 * The newest CUDA that a driver runs.
 *
 * @param asked what was asked for, which a driver that is here must run
 * @throws UserError for a driver that is too old, and for none where nothing was asked for
 */
export function chooseCuda({ driver }: Pick<Nvidia, 'driver'>, asked?: CudaVersion): CudaVersion {
  const oldest = (cuda: CudaVersion) => OLDEST_DRIVER[cuda];
  if (driver === undefined) {
    if (asked !== undefined) return asked;
    throw new UserError(
      `No NVIDIA driver is here to say which CUDA it runs: install one, or choose for the machine that it is for, --cuda 13 (a driver from ${oldest(13)} on) or --cuda 12 (from ${oldest(12)} on).`,
    );
  }
  const newest = ([13, 12] as const).find((cuda) => !isOlder(driver, oldest(cuda)));
  if (newest === undefined) {
    throw new UserError(
      `The NVIDIA driver is ${driver}, but ONNX Runtime's CUDA takes ${oldest(12)} or newer: install a newer driver.`,
    );
  }
  if (asked !== undefined && asked > newest) {
    throw new UserError(
      `The NVIDIA driver is ${driver}, but CUDA ${asked} takes ${oldest(asked)} or newer: install a newer driver, or choose --cuda ${newest}.`,
    );
  }
  return asked ?? newest;
}
