import { type CallSite, describeCallSite } from '../call-site.ts';
import { ModelError } from './model-error.ts';

/**
 * A mistake at a line of the author's; undefined where that is not known. Apart from `ModelError` itself, which a browser has
 * too: it has no files.
 */
export function modelErrorAt(sentence: string, callSite: CallSite | undefined): ModelError {
  return callSite === undefined
    ? new ModelError(sentence)
    : new ModelError(sentence, callSite, describeCallSite(callSite));
}
