import { plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';

/**
 * The address of the page, or of the worker, that this runs in: what others are relative to.
 *
 * @throws UserError where this runs in neither, as in Node
 */
export function ownAddress(): string {
  const address = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (address !== undefined) return address;
  throw new UserError(
    'flamingo-onnx/web loads models in a browser, but this runs outside of one: import flamingo-onnx/runtime, or call it in the page alone.',
  );
}

/**
 * A whole address.
 *
 * @param name what messages call it
 * @throws UserError for what is none
 */
export function wholeAddress(address: string | URL, base: string | URL, name: string): URL {
  try {
    return new URL(address, base);
  } catch {
    throw new UserError(
      `${name} '${plain(String(address))}' is no address, nor one relative to '${plain(String(base))}': write it as in 'https://example.org/models/emoji/'.`,
    );
  }
}
