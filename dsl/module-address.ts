import { pathToFileURL } from 'node:url';

/**
 * The address of a module of this package, or of the bundle that it became part of: a bundle of CommonJS knows its file
 * and has no `import.meta`.
 *
 * @param address the module's own `import.meta.url`
 */
export function moduleAddress(address: string | undefined): string {
  return address ?? pathToFileURL(__filename).href;
}
