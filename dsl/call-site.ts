import { findSourceMap } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { moduleAddress } from './module-address.ts';

/** Where in the author's file an operation was written: an absolute path, a 1-based line and a 1-based column. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A function that authors call; its own parameters do not matter here. */
export type Caller = (...args: never) => unknown;

const DSL_FOLDER = dirname(fileURLToPath(moduleAddress(import.meta.url)));

let assumed: { readonly site: CallSite | undefined } | undefined;

/**
 * Runs `body` as if it were written at `site`: what the compiler builds for an operation of the author keeps the
 * author's line. `undefined` means that the line is not known.
 */
export function withCallSite<R>(site: CallSite | undefined, body: () => R): R {
  const outer = assumed;
  assumed = { site };
  try {
    return body();
  } finally {
    assumed = outer;
  }
}

/**
 * Walks the stack to the first frame outside the DSL itself: the line that the author wrote. With `below`, to the line
 * that calls that function.
 * Costs about 20 microseconds, so that every operation of a traced model can remember its line.
 * Undefined when the call did not come from a file.
 */
export function captureCallSite(below?: Caller): CallSite | undefined {
  if (assumed !== undefined) return assumed.site;
  const prepare = Error.prepareStackTrace;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 24;
  Error.prepareStackTrace = (_error, frames) => frames;
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, below ?? captureCallSite);
  const frames = holder.stack;
  Error.prepareStackTrace = prepare;
  Error.stackTraceLimit = limit;
  if (!Array.isArray(frames)) return undefined;
  for (const frame of frames as readonly NodeJS.CallSite[]) {
    const name = frame.getFileName();
    if (name === null || name === undefined || !name.startsWith('file:')) continue;
    const file = fileURLToPath(name);
    if (file.startsWith(DSL_FOLDER)) continue;
    return { file, line: frame.getLineNumber() ?? 1, column: frame.getColumnNumber() ?? 1 };
  }
  return undefined;
}

/** What stands behind the addresses of authors' modules: a process may load a file more than once. */
let suffix = '';

/** Sources are looked for at addresses that end so: `?reading=2`. */
export function followSources(ending: string): void {
  suffix = ending;
}

/** The place in the TypeScript source: a loader that transpiles in memory leaves a source map, which is followed. */
export function originalCallSite(site: CallSite): CallSite {
  const renewed = suffix === '' ? undefined : findSourceMap(`${pathToFileURL(site.file).href}${suffix}`);
  const entry = (renewed ?? findSourceMap(site.file))?.findEntry(site.line - 1, site.column - 1);
  if (entry === undefined || !('originalLine' in entry)) return site;
  return { file: site.file, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/** `models/tiny.ts:12:3`, relative to the working directory. */
export function describeCallSite(site: CallSite): string {
  const original = originalCallSite(site);
  return `${relative(process.cwd(), original.file)}:${original.line}:${original.column}`;
}
