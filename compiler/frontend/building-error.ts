import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { thrownWords } from '../../artifact/authors-fault.ts';
import { UserError } from '../../artifact/user-error.ts';
import { type CallSite, originalCallSite } from '../../dsl/call-site.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { callAt, nameStart } from './call-at.ts';
import { isOwnFile } from './own-package.ts';
import { describePath, type Finding, SourceError } from './source-error.ts';

/**
 * What to tell an author whose model threw while it was being built: for a mistake that the DSL found, its sentence
 * with the source line; for any other error, one sentence with the author's file and line.
 *
 * @param entry the author's file, absolute
 */
export function buildingError(error: unknown, entry: string): Error {
  const authors = authorsFrame(error, entry);
  if (error instanceof ModelError) {
    const site = placeOf(error, authors);
    const finding = site && findingAt(site, error.sentence, authors);
    if (finding !== undefined) return new SourceError([finding]);
    return new UserError(`${describePath(entry)}: ${error.sentence}`);
  }
  if (error instanceof UserError) return error;
  const place = authors === undefined ? describePath(entry) : describeSite(authors);
  const wrapped = new UserError(
    `${place}: the model file threw while it was being run: ${thrownWords(error)}`,
  );
  wrapped.cause = error;
  return wrapped;
}

/**
 * Where the mistake is. A block that stands in a slot is called from this package, whose lines say nothing to an author
 * outside of it: theirs is the line that fills the slot.
 */
function placeOf({ callSite }: ModelError, authors: CallSite | undefined): CallSite | undefined {
  if (callSite === undefined) return authors;
  const within = authors !== undefined && isOwnFile(callSite.file) && !isOwnFile(authors.file);
  return within ? authors : originalCallSite(callSite);
}

function findingAt(site: CallSite, sentence: string, authors: CallSite | undefined): Finding | undefined {
  if (!existsSync(site.file)) return undefined;
  const text = readFileSync(site.file, 'utf8');
  const source = text.split(/\r?\n/)[site.line - 1];
  if (source === undefined) return undefined;
  // From the function's name to the end of the call, as far as that is on the same line.
  const call = callAt(site);
  const start = call === undefined ? undefined : nameStart(call);
  const column = start === undefined ? site.column : start - text.lastIndexOf('\n', start - 1);
  const width = call === undefined || start === undefined ? 1 : call.getEnd() - start;
  const length = Math.max(1, Math.min(width, source.length - column + 1));
  const finding = { sentence, file: site.file, line: site.line, column, length, source };
  const elsewhere = authors !== undefined && authors.file !== site.file;
  return elsewhere ? { ...finding, calledFrom: describeSite(authors) } : finding;
}

/** The innermost place in the author's own files that led to the error. */
function authorsFrame(error: unknown, entry: string): CallSite | undefined {
  if (!(error instanceof Error)) return undefined;
  const frame = /(file:\/\/[^\s()]+|\/[^()]+|[A-Za-z]:\\[^()]+):(\d+):(\d+)\)?$/;
  for (const text of error.stack?.split('\n') ?? []) {
    const [, path, line, column] = frame.exec(text) ?? [];
    if (path === undefined) continue;
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (file !== entry && (isOwnFile(file) || file.includes('/node_modules/'))) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

function describeSite({ file, line, column }: CallSite): string {
  return `${describePath(file)}:${line}:${column}`;
}
