import { UserError } from '../user-error.ts';

/** @throws UserError for a value that is not a finite number; `before` is how many elements came before these */
export function refuseBroken(
  values: Float32Array,
  { name, path }: { readonly name: string; readonly path: string },
  before: number,
): void {
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  throw new UserError(
    `${path}: tensor '${name}' holds ${values[broken]} at element ${before + broken}, but weights must be finite numbers; the file may come from a training run that diverged.`,
  );
}
