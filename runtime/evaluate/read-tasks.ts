import { dirname, resolve } from 'node:path';
import { quoted } from '../../artifact/quoted.ts';
import { openRegularFile } from '../../artifact/read-regular-file.ts';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import { readHeader } from '../images/decode.ts';
import { type EvaluationTask, type ParsedLine, parsePrompt, parseTask, type TaskPrompt } from './task.ts';
import { textLines } from './text-lines.ts';

/** What kept a line of a task file from being counted. */
export interface TaskProblem {
  readonly line: number;
  /** One sentence, which names file and line. */
  readonly message: string;
}

export interface TaskFile<Task extends TaskPrompt = EvaluationTask> {
  readonly tasks: readonly Task[];
  /** Lines that are left out: broken ones, and those whose images are missing or no pictures. */
  readonly problems: readonly TaskProblem[];
}

export interface ReadTasksOptions {
  /** Stop after so many tasks. Default: read all. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads a file of tasks, one JSON object a line. Image paths start at the file's folder. Empty lines are passed over;
 * a line that cannot be used, or that has the id of an earlier one, is told with its number and does not lose the rest.
 *
 * @throws UserError for a file that cannot be read
 */
export async function readTasks(path: string, options: ReadTasksOptions = {}): Promise<TaskFile> {
  return readLines(path, parseTask, options);
}

/** As `readTasks` for what needs no answers: the prompts of a file of tasks, or of one without answers. */
export async function readPrompts(
  path: string,
  options: ReadTasksOptions = {},
): Promise<TaskFile<TaskPrompt>> {
  return readLines(path, parsePrompt, options);
}

async function readLines<Task extends TaskPrompt>(
  path: string,
  parse: (source: string, line: number, locate: (image: string) => string) => ParsedLine<Task>,
  options: ReadTasksOptions,
): Promise<TaskFile<Task>> {
  checkArgument("the task file's path", schemas.path, path);
  checkArgument('the options of readTasks', schemas.readTasksOptions, options);
  const { limit = Infinity, signal } = options;
  const tasks: Task[] = [];
  const problems: TaskProblem[] = [];
  const locate = (image: string) => resolve(dirname(path), image);
  const broken = imageCheck();
  const lineOfId = new Map<string, number>();
  let line = 0;
  for await (const source of linesOf(path)) {
    line += 1;
    if (line > LIMITS.taskLines.most) {
      throw new UserError(
        `${path} has more than ${LIMITS.taskLines.most} lines, which is more than is read: split it, or use a limit.`,
      );
    }
    signal?.throwIfAborted();
    if (source?.trim() === '') continue;
    try {
      if (source === undefined) {
        throw new UserError(
          `it has more than ${LIMITS.taskLine.most} characters, which is more than is read: give the paths of its pictures instead of the pictures`,
        );
      }
      const { task, hasOwnId } = parse(source, line, locate);
      const other = hasOwnId ? lineOfId.get(task.id) : undefined;
      if (other !== undefined) {
        throw new UserError(
          `its "id" is ${quoted(task.id)} as that of line ${other}: give each an id of its own, or none`,
        );
      }
      if (hasOwnId) lineOfId.set(task.id, line);
      for (const image of [...task.shots, task.query].flatMap(({ images }) => images)) {
        const reason = await broken(image);
        if (reason !== undefined) throw new UserError(reason);
      }
      tasks.push(task);
    } catch (error) {
      problems.push(problemOf(path, line, error));
      if (problems.length > LIMITS.taskProblems.most) {
        throw new UserError(
          `${path} has more than ${LIMITS.taskProblems.most} lines that cannot be used: write one task a line, see 'flamingo evaluate --help'.`,
        );
      }
    }
    if (tasks.length >= limit) break;
  }
  return { tasks, problems };
}

/** Says where a task failed. @throws the error itself where it is not the task's fault */
export function problemOf(path: string, line: number, error: unknown): TaskProblem {
  if (!(error instanceof UserError)) throw error;
  return { line, message: `${path} line ${line} is left out: ${error.message.replace(/\.$/, '')}.` };
}

/** Undefined in the place of one that is too long. */
async function* linesOf(path: string): AsyncGenerator<string | undefined> {
  try {
    const file = await openRegularFile(path);
    const { size } = await file.stat();
    if (size > LIMITS.taskFile.most) {
      await file.close();
      throw new UserError(
        `${path} is too large: at most ${LIMITS.taskFile.most} ${LIMITS.taskFile.of} are read.`,
      );
    }
    yield* textLines(file.createReadStream({ encoding: 'utf8' }), LIMITS.taskLine.most);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path} cannot be read (${reason}): pass the path of a file with one task a line.`);
  }
}

/** Why an image cannot be used, found once for each path. */
function imageCheck(): (image: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  return (image) => {
    const found =
      known.get(image) ??
      readHeader(image).then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof UserError) return error.message;
          throw error;
        },
      );
    known.set(image, found);
    return found;
  };
}
