import type { TaskProblem } from '../../runtime/evaluate/read-tasks.ts';
import type { NotChanged, VariantOutcome } from '../../runtime/evaluate/robustness/robustness.ts';
import type { RobustnessRow } from '../../runtime/evaluate/robustness/robustness-table.ts';
import type { CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Report } from '../report.ts';
import type { EvaluateFlags } from './flags.ts';
import { missingShots, percent, withTasks } from './with-tasks.ts';

/** Evaluates a model on the tasks of a file with their examples as they are and changed. */
export async function evaluateRobustness(
  folder: string,
  file: string,
  flags: EvaluateFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const [{ measureRobustness }, { AS_GIVEN, robustnessTable }] = await Promise.all([
    import('../../runtime/evaluate/robustness/robustness.ts'),
    import('../../runtime/evaluate/robustness/robustness-table.ts'),
  ]);
  const { report } = context;
  const { shots, seeds } = flags;
  return withTasks(folder, file, flags, context, async ({ model, tasks, settings, answers, problems }) => {
    const run = await measureRobustness(model, tasks, {
      ...(shots !== undefined && { shots }),
      ...(seeds !== undefined && { seeds }),
      ...settings,
      onAnswers: async (outcomes) => answers?.add(answerLines(outcomes, AS_GIVEN)),
    });
    const found = problems(run.failures);
    for (const sentence of missingShots(tasks, shots)) report.note(sentence);
    for (const each of run.notChanged) report.note(sentenceOf(each));
    print(robustnessTable(run.outcomes), run.notChanged, found, flags, report);
    await answers?.finish(answerLines(run.outcomes, AS_GIVEN));
    return found.length > 0 ? EXIT.badInput : EXIT.ok;
  });
}

function sentenceOf({ kind, condition, tasks, of, first, reason }: NotChanged): string {
  return `${condition.name}: ${tasks} of ${of} tasks of '${kind}' are left out (the first, ${first}: ${reason}).`;
}

function print(
  rows: readonly RobustnessRow[],
  notChanged: readonly NotChanged[],
  problems: readonly TaskProblem[],
  { json }: EvaluateFlags,
  report: Report,
): void {
  if (json) {
    const leftOut = notChanged.map(({ condition, ...rest }) => ({ examples: condition.name, ...rest }));
    report.result(JSON.stringify({ rows, leftOut, problems }, undefined, 2));
    return;
  }
  const between = ({ low, high }: { low: number; high: number }, shown = percent) =>
    `${shown(low)} to ${shown(high)}`;
  report.table(
    [
      ...['kind', 'shots', 'examples', 'tasks', 'accuracy', '95%', 'draws'],
      ...['change', '95%', 'same answers', 'as they say', 'goes by'],
    ],
    rows.map(({ kind, shots, examples, tasks, accuracy, interval, draws, draw, change, believed }) => [
      ...[kind, String(shots), examples, String(tasks), percent(accuracy), between(interval)],
      draws === 1 ? '' : between(draw),
      ...(change === undefined
        ? ['', '', '']
        : [points(change.difference), between(change.interval, points), percent(change.same)]),
      ...(believed === undefined ? ['', ''] : [percent(believed.share), believed.goesBy]),
    ]),
  );
}

/** A difference of shares, in points. */
function points(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(100 * value).toFixed(1)}`;
}

function answerLines(outcomes: readonly VariantOutcome[], asGiven: string): readonly object[] {
  return outcomes.map(({ task: { id, kind, answers }, condition, seed, ...rest }) => ({
    ...{ id, kind, examples: condition?.name ?? asGiven, draw: seed, ...rest },
    answers: answers.slice(0, 10),
  }));
}
