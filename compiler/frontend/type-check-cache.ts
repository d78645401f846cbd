import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from '../../artifact/folder/cache-folder.ts';
import { writeWhole } from '../../artifact/folder/write-whole.ts';
import { readRegularFile } from '../../artifact/read-regular-file.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { moduleAddress } from '../../dsl/module-address.ts';
import { answerNow, digest, type FileAnswers, textQuestion } from './file-answers.ts';
import { ownModule } from './own-package.ts';

/** Records that are kept, of as many files; those that were written first go first. */
const MOST_RECORDS = 64;

/** No path has it. */
const SEPARATOR = '\0';

/**
 * Whether the type checker found nothing wrong with a file when it last looked at it, and would find nothing now, as
 * all that it asked of the file system then has the same answer: the texts of the file, of all that it imports, of this package
 * and of the checker, and which files are there and which are not. To ask takes a hundredth of what checking takes.
 *
 * @param file absolute path
 */
export async function isKnownWellTyped(file: string): Promise<boolean> {
  const record = await readRegularFile(recordOf(file), LIMITS.checkRecord).catch(() => undefined);
  if (record === undefined) return false;
  const [expected, ...questions] = record.toString('utf8').split(SEPARATOR);
  return expected === digestOf(questions.map((question) => [question, answerNow(question)]));
}

/**
 * Remembers in the user's cache that nothing was found wrong with a file. A cache that cannot be written is no reason to
 * fail: the file is checked again then.
 *
 * @param file absolute path
 * @param answers what the checker asked of the file system, and was answered
 */
export async function rememberWellTyped(file: string, answers: readonly FileAnswers[]): Promise<void> {
  const checker = checkerFiles().map((path) => [textQuestion(path), answerNow(textQuestion(path))] as const);
  // Two different answers to one question stay two, which none can equal.
  const all = new Map(
    [...answers.flatMap((each) => [...each]), ...checker].map((pair) => [pair.join(' '), pair]),
  );
  const asked = [...all.values()];
  const record = [digestOf(asked), ...asked.map(([question]) => question)].join(SEPARATOR);
  try {
    await mkdir(recordsFolder(), { recursive: true });
    await writeWhole(recordOf(file), record);
    await removeOldest();
  } catch {
    // Nothing depends on it.
  }
}

/** The modules that say what is checked and how, and what tells one release of TypeScript from another. */
function checkerFiles(): readonly string[] {
  const here = createRequire(moduleAddress(import.meta.url));
  const beside = createRequire(here.resolve('ts-morph'));
  return [
    ownModule('compiler/frontend/type-check'),
    ownModule('compiler/frontend/own-package'),
    here.resolve('ts-morph/package.json'),
    beside.resolve('@ts-morph/common/package.json'),
  ];
}

function digestOf(answers: readonly (readonly [question: string, answer: string])[]): string {
  return digest(JSON.stringify(answers));
}

function recordsFolder(): string {
  return join(cacheFolder(), 'checked');
}

/** Of each file there is one, by each installation of this package. */
function recordOf(file: string): string {
  return join(recordsFolder(), digest(JSON.stringify([file, ownModule('compiler/frontend/type-check')])));
}

async function removeOldest(): Promise<void> {
  const folder = recordsFolder();
  const names = await readdir(folder);
  if (names.length <= MOST_RECORDS) return;
  const records = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      return { path, written: found?.mtimeMs ?? 0 };
    }),
  );
  records.sort((a, b) => b.written - a.written);
  for (const { path } of records.slice(MOST_RECORDS)) await rm(path, { force: true });
}
