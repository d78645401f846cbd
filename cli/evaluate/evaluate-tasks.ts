import type { TaskOutcome } from '../../runtime/evaluate/evaluate.ts';
import type { TaskProblem } from '../../runtime/evaluate/read-tasks.ts';
import type { EvaluationResult } from '../../runtime/evaluate/summary.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Report } from '../report.ts';
import type { EvaluateFlags } from './flags.ts';
import { missingShots, percent, withTasks } from './with-tasks.ts';

/** Evaluates a model on the tasks of a file. */
export async function evaluateTasks(
  folder: string,
  file: string,
  flags: EvaluateFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const [{ evaluate }, { summarise }] = await Promise.all([
    import('../../runtime/evaluate/evaluate.ts'),
    import('../../runtime/evaluate/summary.ts'),
  ]);
  const { report } = context;
  const { shots } = flags;
  return withTasks(folder, file, flags, context, async ({ model, tasks, settings, answers, problems }) => {
    const run = await evaluate(model, tasks, {
      ...(shots !== undefined && { shots }),
      ...settings,
      onAnswers: async (outcomes) => answers?.add(answerLines(outcomes)),
    });
    const found = problems(run.failures);
    for (const sentence of missingShots(tasks, shots)) report.note(sentence);
    print(summarise(run.outcomes), found, flags, report);
    await answers?.finish(answerLines(run.outcomes));
    return found.length > 0 ? EXIT.badInput : EXIT.ok;
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
  report.table(
    ['kind', 'shots', 'tasks', 'accuracy', '95% from', 'to', 'chance'],
    results.map(({ kind, shots, tasks, accuracy, low, high, chance }) => [
      ...[kind, String(shots), String(tasks)],
      ...[accuracy, low, high, chance].map(percent),
    ]),
  );
}

function answerLines(outcomes: readonly TaskOutcome[]): readonly object[] {
  return outcomes.map(({ task: { id, kind, answers }, shots, answer, accuracy }) => ({
    ...{ id, kind, shots, answer, accuracy },
    answers: answers.slice(0, 10),
  }));
}
