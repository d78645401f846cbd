import { checkWritable } from '../../artifact/folder/check-writable.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { EvaluateOptions, TaskFailure } from '../../runtime/evaluate/evaluate.ts';
import type { TaskProblem } from '../../runtime/evaluate/read-tasks.ts';
import type { EvaluationTask } from '../../runtime/evaluate/task.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { CommandContext } from '../command.ts';
import { noteWeights } from '../note-weights.ts';
import { projectWays } from '../project-ways.ts';
import { AnswersFile } from './answers-file.ts';
import type { EvaluateFlags } from './flags.ts';

/** A model with the tasks of a file. */
export interface OpenTasks {
  readonly model: FlamingoModel;
  readonly tasks: readonly EvaluationTask[];
  /** How they are asked, with the progress told. */
  readonly settings: Omit<EvaluateOptions, 'shots' | 'onAnswers'>;
  /** Where answers go, if they are to be kept. */
  readonly answers: AnswersFile | undefined;
  /** Tells of tasks that could not be answered. @returns these, with the lines that could not be read */
  problems(failures: readonly TaskFailure[]): readonly TaskProblem[];
}

/**
 * Reads tasks and loads a model for them, which is closed when the work on them is done.
 *
 * @throws UserError before that where there is no task, or where the answers would have no place
 */
export async function withTasks<Result>(
  folder: string,
  file: string,
  flags: EvaluateFlags,
  { report, signal }: CommandContext,
  work: (open: OpenTasks) => Promise<Result>,
): Promise<Result> {
  const [{ loadFlamingo }, { readTasks, problemOf }] = await Promise.all([
    import('../../runtime/load-flamingo.ts'),
    import('../../runtime/evaluate/read-tasks.ts'),
  ]);
  if (flags.answers !== undefined) await checkWritable(flags.answers);
  const { limit, batch, maxNewTokens = 20, beams = 1, provider, pixels } = flags;
  const read = await readTasks(file, { ...(limit !== undefined && { limit }), signal });
  for (const { message } of read.problems) report.note(message);
  if (read.tasks.length === 0) {
    throw new UserError(
      `${file} has no task that can be used: write one task a line, see 'flamingo evaluate --help'.`,
    );
  }
  const model = await loadFlamingo(folder, { provider, pixels, ways: await projectWays(folder) });
  const progress = report.progress('evaluate');
  let answers: AnswersFile | undefined;
  try {
    if (flags.answers !== undefined) answers = await AnswersFile.open(flags.answers);
    noteWeights(model.manifest, 'the figures mean nothing', report);
    const { dialogue } = model.manifest.language;
    return await work({
      ...{ model, tasks: read.tasks, answers },
      settings: {
        ...(flags.dialogue && dialogue?.tuned === true && { assistant: dialogue.assistant }),
        ...{ batch, maxNewTokens, beams, signal },
        onProgress(done, total) {
          progress.update(done, total);
          if (done === total) progress.stop();
        },
      },
      problems(failures) {
        const failed = failures.map(({ task, shots, error }) =>
          problemOf(file, task.line, new UserError(`with ${shots} examples: ${error.message}`)),
        );
        for (const { message } of failed) report.note(message);
        return [...read.problems, ...failed];
      },
    });
  } finally {
    progress.stop();
    const left = await answers?.close();
    if (left !== undefined) report.note(left);
    await model.close();
  }
}

/** Says which numbers of examples some tasks do not have. */
export function missingShots(
  tasks: readonly { readonly shots: readonly unknown[] }[],
  counts: readonly number[] = [],
): string[] {
  return counts.flatMap((count) => {
    const fewer = tasks.filter(({ shots }) => shots.length < count).length;
    return fewer === 0
      ? []
      : [`${fewer} of ${tasks.length} tasks have fewer than ${count} examples and are not counted there.`];
  });
}

/** A share as tables of tasks have it. */
export function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
