import { z } from 'zod';
import { parseJson } from '../../artifact/parse-json.ts';
import { listed, plain, quoted } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { misfitOf } from '../arguments/misfit.ts';

const path = z.string().min(1);

/** One picture, several, or none. */
const picturesSchema = {
  image: path.optional(),
  images: z.array(path).optional(),
};

const text = z.string();

const promptSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  shots: z.array(z.looseObject({ ...picturesSchema, text })).optional(),
  ...picturesSchema,
  text: text.optional(),
});

const taskSchema = promptSchema.extend({
  kind: z.string().min(1).optional(),
  choices: z.array(z.string().min(1)).min(2).optional(),
  answers: z.array(z.string().min(1)).min(1),
});

/** A piece of a task's prompt: pictures by path, and text. */
export interface TaskPiece {
  readonly images: readonly string[];
  readonly text: string;
}

/** What a line shows a model. */
export interface TaskPrompt {
  /** Its line in the file, from 1. */
  readonly line: number;
  readonly id: string;
  readonly shots: readonly TaskPiece[];
  readonly query: TaskPiece;
}

/** One question with its examples and its right answers. */
export interface EvaluationTask extends TaskPrompt {
  /** What it is counted with. */
  readonly kind: string;
  /** Ranked where given; otherwise an answer is written. */
  readonly choices?: readonly string[];
  /** Any is right; ten of them are ten people's answers to a visual question. */
  readonly answers: readonly string[];
}

/** What a line of a task file has. */
export interface ParsedLine<Task extends TaskPrompt> {
  readonly task: Task;
  /** Whether its id is written there, and not the number of the line. */
  readonly hasOwnId: boolean;
}

/** What a task is called that names no kind. */
const ANY_KIND = 'all';

/**
 * Reads a line of a task file.
 *
 * @param locate the path of an image that the line names
 * @throws UserError that says what is wrong with the line, without its number
 */
export function parseTask(
  source: string,
  line: number,
  locate: (image: string) => string,
): ParsedLine<EvaluationTask> {
  const task = parseLine(taskSchema, source);
  const { kind = ANY_KIND, choices, answers } = task;
  const once = new Set<string>();
  const twice = choices?.find((choice) => once.has(choice) || !once.add(choice));
  if (twice !== undefined)
    throw new UserError(`its "choices" have ${quoted(twice)} more than once: write each choice once`);
  const wrong = choices?.every((choice) => !answers.includes(choice));
  if (wrong === true) {
    throw new UserError(
      `none of its "answers" is among its "choices" (${listed(answers, 3)}): write the right choice as it stands there`,
    );
  }
  return {
    task: { ...promptOf(task, line, locate), kind, ...(choices !== undefined && { choices }), answers },
    hasOwnId: task.id !== undefined,
  };
}

/** As `parseTask` for what needs no answers; a line may have them. */
export function parsePrompt(
  source: string,
  line: number,
  locate: (image: string) => string,
): ParsedLine<TaskPrompt> {
  const prompt = parseLine(promptSchema, source);
  return { task: promptOf(prompt, line, locate), hasOwnId: prompt.id !== undefined };
}

function parseLine<S extends z.ZodType>(schema: S, source: string): z.infer<S> {
  let json: unknown;
  try {
    json = parseJson(source, 'it');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `it is not JSON (${plain(error instanceof Error ? error.message : String(error))}): write one task a line`,
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, found, expected } = misfitOf(parsed.error, json);
  const place = path === '' ? 'the task' : quoted(path);
  throw new UserError(`${place} is ${found} but ${expected} is expected: see 'flamingo evaluate --help'`);
}

function promptOf(
  { id, shots = [], ...query }: z.infer<typeof promptSchema>,
  line: number,
  locate: (image: string) => string,
): TaskPrompt {
  const piece = ({ image, images, text }: PieceSource): TaskPiece => {
    if (image !== undefined && images !== undefined) {
      throw new UserError('it has both "image" and "images": give one of them');
    }
    if (images !== undefined && images.length > LIMITS.taskImages.most)
      throw new UserError(
        `it has ${images.length} images in a row, but at most ${LIMITS.taskImages.most} are read`,
      );
    const given = image === undefined ? (images ?? []) : [image];
    const address = given.find((each) => ADDRESS.test(each));
    if (address !== undefined) {
      throw new UserError(
        `its picture '${plain(address, 40)}' is an address, but the path of a file is expected: save the picture and write its path`,
      );
    }
    return { images: given.map(locate), text: text ?? '' };
  };
  if (shots.length > LIMITS.taskShots.most)
    throw new UserError(`it has ${shots.length} shots, but at most ${LIMITS.taskShots.most} are read`);
  return { line, id: String(id ?? line), shots: shots.map(piece), query: piece(query) };
}

const ADDRESS = /^(https?|data|file|blob):/i;

interface PieceSource {
  readonly image?: string | undefined;
  readonly images?: readonly string[] | undefined;
  readonly text?: string | undefined;
}
