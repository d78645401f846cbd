import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileSystemHost } from 'ts-morph';

/** What is asked of the file system, and how it is answered: in a word, a text by what tells it from others. */
const KINDS = {
  file: (path: string) => String(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false),
  folder: (path: string) => String(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false),
  place: (path: string) => realpathSync(path),
  // Of a regular file alone: a pipe that has taken its place has no end.
  text: (path: string) => (statSync(path).isFile() ? digest(readFileSync(path, 'utf8')) : MISSING),
} as const;
type Kind = keyof typeof KINDS;

const MISSING = 'missing';

/** What was asked of the file system, `text /home/me/model.ts`, each with the answer. */
export type FileAnswers = ReadonlyMap<string, string>;

/** What the file system answers now. */
export function answerNow(question: string): string {
  const [, kind = '', path = ''] = /^(\w+) (.*)$/s.exec(question) ?? [];
  if (!isKind(kind)) return MISSING;
  try {
    return KINDS[kind](path);
  } catch {
    return MISSING;
  }
}

/** Asks what a file's text is. */
export function textQuestion(path: string): string {
  return `text ${path}`;
}

/**
 * A file system that notes what it is asked and what it answers, so that whoever has asked need not do so again where every answer
 * would be the same.
 *
 * @param answers what is noted
 */
export function noteAnswers(files: FileSystemHost, answers: Map<string, string>): FileSystemHost {
  const note = (kind: Kind, path: string, answer: string) => answers.set(`${kind} ${path}`, answer);
  const noted = {
    fileExistsSync(path) {
      const found = files.fileExistsSync(path);
      note('file', path, String(found));
      return found;
    },
    directoryExistsSync(path) {
      const found = files.directoryExistsSync(path);
      note('folder', path, String(found));
      return found;
    },
    realpathSync(path) {
      note('place', path, MISSING);
      const found = files.realpathSync(path);
      note('place', path, found);
      return found;
    },
    readFileSync(path, encoding) {
      note('text', path, MISSING);
      const found = files.readFileSync(path, encoding);
      note('text', path, digest(found));
      return found;
    },
    readDirSync(path) {
      // An answer that never is the same: nothing is known of how a list of files changes what is found.
      note('text', path, 'a list');
      return files.readDirSync(path);
    },
  } satisfies Partial<FileSystemHost>;
  return new Proxy(files, {
    get(target, name) {
      const found: unknown = Reflect.get(name in noted ? noted : target, name);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

/**
 * Takes out of what was noted that a file is there, in the folders where it is, and its text: it will be read again
 * by whoever needs it, which says all of that anew.
 */
export function forgetAnswers(answers: Map<string, string>, file: string): void {
  for (const kind of ['text', 'file', 'place'] satisfies Kind[]) answers.delete(`${kind} ${file}`);
  for (let path = file; path !== dirname(path); path = dirname(path))
    answers.delete(`folder ${dirname(path)}`);
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}
