import { UserError } from '../../artifact/user-error.ts';
import { writeWhole } from '../../artifact/write-whole.ts';
import type { EvaluationRun } from '../../runtime/evaluate/evaluate.ts';
import type { TaskProblem } from '../../runtime/evaluate/read-tasks.ts';
import type { EvaluationResult } from '../../runtime/evaluate/summary.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { projectWays } from '../project-ways.ts';
import type { Report } from '../report.ts';
import type { EvaluateFlags } from './flags.ts';
import { noteWeights } from './note-weights.ts';

/** Evaluates a model on the tasks of a file. */
export async function evaluateTasks(
  folder: string,
  file: string,
  flags: EvaluateFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const [{ loadFlamingo }, { readTasks, problemOf }, { evaluate }, { summarise }] = await Promise.all([
    import('../../runtime/load-flamingo.ts'),
    import('../../runtime/evaluate/read-tasks.ts'),
    import('../../runtime/evaluate/evaluate.ts'),
    import('../../runtime/evaluate/summary.ts'),
  ]);
  const { shots, limit, batch, maxNewTokens = 20, beams = 1, provider, pixels } = flags;
  const read = await readTasks(file, { ...(limit !== undefined && { limit }), signal });
  for (const { message } of read.problems) report.note(message);
  if (read.tasks.length === 0) {
    throw new UserError(
      `${file} has no task that can be used: write one task a line, see 'flamingo evaluate --help'.`,
    );
  }
  const model = await loadFlamingo(folder, { provider, pixels, ways: await projectWays(folder) });
  const progress = report.progress('evaluate');
  try {
    noteWeights(model.manifest, report);
    const { dialogue } = model.manifest.language;
    const run = await evaluate(model, read.tasks, {
      ...(shots !== undefined && { shots }),
      ...(flags.dialogue && dialogue?.tuned === true && { assistant: dialogue.assistant }),
      ...{ batch, maxNewTokens, beams, signal },
      onProgress: (done, total) => progress.update(done, total),
    });
    progress.stop();
    const failed = run.failures.map(({ task, shots, error }) =>
      problemOf(file, task.line, new UserError(`with ${shots} examples: ${error.message}`)),
    );
    for (const { message } of failed) report.note(message);
    for (const sentence of missingShots(read.tasks, shots)) report.note(sentence);
    if (flags.answers !== undefined) await writeAnswers(flags.answers, run);
    const problems = [...read.problems, ...failed];
    print(summarise(run.outcomes), problems, flags, report);
    return problems.length > 0 ? EXIT.badInput : EXIT.ok;
  } finally {
    progress.stop();
    await model.close();
  }
}

/** Which numbers of examples some tasks do not have. */
function missingShots(
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

function print(
  results: readonly EvaluationResult[],
  problems: readonly TaskProblem[],
  { json }: EvaluateFlags,
  report: Report,
): void {
  if (json) {
    report.result(JSON.stringify({ results, problems }, undefined, 2));
    return;
  }
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  report.table(
    ['kind', 'shots', 'tasks', 'accuracy', '95% from', 'to', 'chance'],
    results.map(({ kind, shots, tasks, accuracy, low, high, chance }) => [
      ...[
        kind,
        String(shots),
        String(tasks),
        percent(accuracy),
        percent(low),
        percent(high),
        percent(chance),
      ],
    ]),
  );
}

async function writeAnswers(path: string, { outcomes }: EvaluationRun): Promise<void> {
  const lines = outcomes.map(({ task: { id, kind, answers }, shots, answer, accuracy }) =>
    JSON.stringify({ id, kind, shots, answer, accuracy, answers: answers.slice(0, 10) }),
  );
  try {
    await writeWhole(path, `${lines.join('\n')}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `The answers cannot be written to ${path} (${reason}): give a path in a folder that exists.`,
    );
  }
}
