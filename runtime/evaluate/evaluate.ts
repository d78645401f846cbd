import pLimit from 'p-limit';
import type { UserError } from '../../artifact/user-error.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { FlamingoModel } from '../model.ts';
import { dialogueOf } from '../prompt/dialogue-of.ts';
import type { FewShotPrompt, Prompt } from '../prompt/prompt.ts';
import { answerAccuracy } from './answer-accuracy.ts';
import { inBatches } from './in-batches.ts';
import type { EvaluationTask, TaskPiece } from './task.ts';

/** One task answered with so many of its examples. */
export interface TaskOutcome {
  readonly task: EvaluationTask;
  readonly shots: number;
  /** The answer written, or the choice that ranked first. */
  readonly answer: string;
  /** 1 right, 0 wrong; between for answers by ten people. */
  readonly accuracy: number;
  /** Log-likelihoods of the task's choices in their order; none where the answer is written. */
  readonly scores?: readonly number[];
}

/** A task that could not be answered, and why. */
export interface TaskFailure {
  readonly task: EvaluationTask;
  readonly shots: number;
  readonly error: UserError;
}

export interface EvaluateOptions {
  /** Numbers of examples to try, each the first of a task's. Default: all that each task has. */
  readonly shots?: readonly number[];
  /** Prompts that are answered side by side. Default 16. */
  readonly batch?: number;
  /** Most tokens of a written answer. Default 20. */
  readonly maxNewTokens?: number;
  /** Default 1: greedy. */
  readonly beams?: number;
  /**
   * What the assistant is called, for a model that was tuned on dialogues: each task is asked as one, see `dialogueOf`.
   * Default: prompts are asked as they are.
   */
  readonly assistant?: string;
  readonly signal?: AbortSignal;
  /** Told the answers of each batch, which the next one waits for; those of a task that spoils its batch come one by one. */
  readonly onAnswers?: (outcomes: readonly TaskOutcome[]) => void | Promise<void>;
  /** Told after each batch how many answers there are, and of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EvaluationRun {
  readonly outcomes: readonly TaskOutcome[];
  readonly failures: readonly TaskFailure[];
}

/** Close-ended questions that wait at the model's door at a time: enough to keep it busy. */
const ASKED_AT_ONCE = 4;

/** What an evaluation asks of a model. */
export type Answerer = Pick<FlamingoModel, 'generateBatch' | 'score'>;

/** A task with its first so many examples. */
interface Question {
  readonly task: EvaluationTask;
  readonly shots: number;
  readonly prompt: FewShotPrompt;
}

/** What came of a question, by its place among all. */
interface Answered {
  readonly place: number;
  readonly outcome: TaskOutcome;
}

/**
 * Asks a model every task with every number of examples. With choices: the one of the highest log-likelihood, the
 * end of the answer counted in and not normalised by length. Without: a written answer, see `answerAccuracy`. A task
 * with fewer examples than asked for is not asked with that number.
 *
 * @throws the signal's reason when aborted; what fails for one task alone is among the failures
 */
export async function evaluate(
  model: Answerer,
  tasks: readonly EvaluationTask[],
  options: EvaluateOptions = {},
): Promise<EvaluationRun> {
  checkArgument('the model', schemas.answerer, model);
  checkArgument('the list of tasks', schemas.tasks, tasks);
  checkArgument('the options of evaluate', schemas.evaluateOptions, options);
  const {
    shots,
    batch = 16,
    maxNewTokens = 20,
    beams = 1,
    assistant,
    signal,
    onAnswers,
    onProgress,
  } = options;
  const questions = questionsOf(tasks, shots);
  const places = new Map(questions.map((question, place) => [question, place]));
  const answered: Answered[] = [];
  const failures: TaskFailure[] = [];
  const turn = pLimit(ASKED_AT_ONCE);
  const settings = { maxNewTokens, ...(signal && { signal }) };
  const asked = ({ prompt }: Question): Prompt =>
    assistant === undefined ? prompt : dialogueOf(prompt, assistant);
  const write = (prompts: readonly Prompt[]) =>
    beams > 1
      ? model.generateBatch(prompts, { ...settings, beams, batchSize: batch })
      : model.generateBatch(prompts, { ...settings, batchSize: batch });

  const answer = async (group: readonly Question[]): Promise<Answered[]> => {
    const written = group.filter(({ task }) => task.choices === undefined);
    const answers = written.length === 0 ? [] : await write(written.map(asked));
    const texts = new Map(written.map((question, index) => [question, answers[index]?.text.trim() ?? '']));
    return Promise.all(
      group.map(async (question) => {
        const { task, shots } = question;
        const { choices } = task;
        const place = places.get(question) ?? 0;
        if (choices === undefined) {
          const text = texts.get(question) ?? '';
          const accuracy = answerAccuracy(text, task.answers);
          return { place, outcome: { task, shots, answer: text, accuracy } };
        }
        const ranked = await turn(() => rank(model, asked(question), choices, signal));
        const accuracy = task.answers.includes(ranked.answer) ? 1 : 0;
        return { place, outcome: { task, shots, ...ranked, accuracy } };
      }),
    );
  };
  await inBatches<Question, Answered>(besideTheirLike(questions), {
    ...{ size: batch, work: answer, onProgress, signal },
    async done(results) {
      answered.push(...results);
      await onAnswers?.(results.map(({ outcome }) => outcome));
    },
    failed: ({ task, shots }, error) => void failures.push({ task, shots, error }),
  });
  const outcomes = answered.toSorted((a, b) => a.place - b.place).map(({ outcome }) => outcome);
  return { outcomes, failures };
}

/** Questions with the same examples one behind the other: the model reads what it was just asked after once. */
function besideTheirLike(questions: readonly Question[]): readonly Question[] {
  const groups = new Map<string, Question[]>();
  for (const question of questions) {
    const examples = JSON.stringify(question.prompt.shots);
    groups.set(examples, [...(groups.get(examples) ?? []), question]);
  }
  return [...groups.values()].flat();
}

/** By number of examples, so that prompts of a batch are of like length. */
function questionsOf(tasks: readonly EvaluationTask[], shots: readonly number[] | undefined): Question[] {
  const ask = (task: EvaluationTask, count: number): Question => ({
    task,
    shots: count,
    prompt: { shots: task.shots.slice(0, count).map(pieceOf), query: pieceOf(task.query) },
  });
  if (shots === undefined) {
    return tasks
      .map((task) => ask(task, task.shots.length))
      .sort((a, b) => a.shots - b.shots || a.task.line - b.task.line);
  }
  return [...new Set(shots)].flatMap((count) =>
    tasks.filter((task) => task.shots.length >= count).map((task) => ask(task, count)),
  );
}

function pieceOf({ images, text }: TaskPiece): { images: readonly string[]; text: string } {
  return { images, text };
}

/** The choice of the highest score, and the scores of all in their order. */
async function rank(
  model: Answerer,
  prompt: Prompt,
  choices: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly answer: string; readonly scores: readonly number[] }> {
  const scored = await model.score(prompt, choices, {
    normalise: 'none',
    endOfChunk: true,
    ...(signal && { signal }),
  });
  const { choice } = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return { answer: choice, scores: scored.map(({ score }) => score) };
}
