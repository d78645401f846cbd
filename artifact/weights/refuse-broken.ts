import { UserError } from '../user-error.ts';

/** @throws UserError for a value that is not a finite number; `before` is how many elements came before these */
export function refuseBroken(
  values: Float32Array,
  { name, path }: { readonly name: string; readonly path: string },
  before: number,
): void {
  const broken = firstBroken(values);
  if (broken === undefined) return;
  throw new UserError(
    `${path}: tensor '${name}' holds ${values[broken]} at element ${before + broken}, but weights must be finite numbers; the file may come from a training run that diverged.`,
  );
}

/** A plain loop takes a tenth of the time of `findIndex`, and every weight passes here. */
function firstBroken(values: Float32Array): number | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    // Zero, but for infinities and what is no number.
    if (value - value !== 0) return index;
  }
  return undefined;
}
