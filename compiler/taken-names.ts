import { UserError } from '../artifact/user-error.ts';

/**
 * Refuses names of a project's own that are taken, by this project or twice by its own: of two of a name one would never
 * be used.
 *
 * @param kind as the sentence calls it: `target`
 */
export function refuseTaken(kind: string, own: readonly string[], known: readonly string[]): void {
  const taken = own.find((name, index) => known.includes(name) || own.indexOf(name) < index);
  if (taken !== undefined)
    throw new UserError(`There is already a ${kind} '${taken}'; give yours another name.`);
}
