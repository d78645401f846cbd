import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The user's cache: `FLAMINGO_CACHE`, else a folder in `XDG_CACHE_HOME`, else in `~/.cache`. A variable that is empty is as good
 * as none, as is an XDG_CACHE_HOME that is relative: XDG's rule.
 */
export function cacheFolder(): string {
  const { FLAMINGO_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return resolve(own);
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), '.cache'), 'flamingo-onnx');
}
