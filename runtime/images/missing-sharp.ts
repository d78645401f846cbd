import { UserError } from '../../artifact/user-error.ts';

/** The command that installs sharp with its native code for this system. */
export const INSTALL_SHARP = `npm install --include=optional --os=${process.platform} --cpu=${process.arch} sharp`;

/**
 * What to do where an import failed because sharp, or its native code, is not there: npm has that in optional packages, one
 * for each system, which `--omit=optional` and a folder from another system leave out.
 *
 * @returns undefined for any other error
 */
export function missingSharp(error: unknown): UserError | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (!/Could not load the "sharp" module|Cannot find (package|module) 'sharp'/.test(message))
    return undefined;
  return new UserError(
    `Pictures are read by sharp, which is not installed here or not with its native code for ${process.platform}-${process.arch}: install it with '${INSTALL_SHARP}'.`,
  );
}
