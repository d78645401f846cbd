import { InvalidArgumentError, Option } from 'commander';
import { PROVIDERS, type Provider } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';
import { writeWhole } from '../../artifact/write-whole.ts';
import type { EvaluationRun } from '../../runtime/evaluate/evaluate.ts';
import type { TaskProblem } from '../../runtime/evaluate/read-tasks.ts';
import type { EvaluationResult } from '../../runtime/evaluate/summary.ts';
import { type CliCommand, type CommandContext, wholeNumber } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { projectWays } from '../project-ways.ts';
import type { Report } from '../report.ts';

interface EvaluateFlags {
  readonly shots?: readonly number[];
  readonly limit?: number;
  readonly batch: number;
  readonly maxNewTokens: number;
  readonly beams: number;
  readonly answers?: string;
  /** False where a dialogue is not wanted. */
  readonly dialogue: boolean;
  readonly provider: Provider;
  readonly pixels: 'shown' | 'pillow';
  readonly json?: true;
}

const TASK_HELP = `
A task is one line of JSON, its image paths relative to the file:
  {"id": "1", "kind": "name", "shots": [{"image": "cat.png", "text": "Output: a cat"}], "image": "dog.png",
   "text": "Output:", "choices": ["a dog", "a cat"], "answers": ["a dog"]}
With "choices" the likeliest is taken; without, an answer is written and compared with "answers" after leaving out
case, articles and punctuation (VQA accuracy where there are ten). "images": [...] shows several pictures at once.`;

export const command: CliCommand = {
  name: 'evaluate',
  summary: 'Measure how well a compiled model answers the tasks of a file, by number of examples.',
  examples: [
    'flamingo evaluate artifacts/mine tasks.jsonl',
    'flamingo evaluate artifacts/mine tasks.jsonl --shots 0,1,2,4,8',
    'flamingo evaluate artifacts/mine tasks.jsonl --limit 100 --answers answers.jsonl --json',
  ],
  configure(command, run) {
    command
      .argument('<dir>', 'folder that `flamingo compile` wrote')
      .argument('<tasks>', 'JSONL file of tasks')
      .option(
        '--shots <k,k…>',
        'numbers of examples to try, the first of each task (default: all)',
        shotCounts,
      )
      .option('--limit <n>', 'only the first n tasks', wholeNumber(1))
      .option('--batch <n>', 'prompts answered side by side', wholeNumber(1), 16)
      .option('--max-new-tokens <n>', 'most tokens of a written answer', wholeNumber(1), 20)
      .option('--beams <n>', 'beam search for written answers; 1 is greedy', wholeNumber(1), 1)
      .option(
        '--no-dialogue',
        "for a model tuned on dialogues: ask the texts as they are, instead of as the user's turns",
      )
      .option('--answers <file>', 'write every answer to this file, one JSON object a line')
      .addOption(new Option('--provider <provider>', 'execution provider').choices(PROVIDERS).default('cpu'))
      .addOption(
        new Option(
          '--pixels <rule>',
          'which pixels pictures have: as a viewer shows them, or as Pillow reads them',
        )
          .choices(['shown', 'pillow'])
          .default('shown'),
      )
      .option('--json', 'print the result as JSON')
      .addHelpText('after', TASK_HELP)
      .action((folder: string, tasks: string, flags: EvaluateFlags) =>
        run((context) => evaluateModel(folder, tasks, flags, context)),
      );
  },
};

function shotCounts(text: string): readonly number[] {
  const counts = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (counts.every(Number.isSafeInteger)) return counts.toSorted((a, b) => a - b);
  throw new InvalidArgumentError('whole numbers with commas between were expected, as 0,1,2,4.');
}

async function evaluateModel(
  folder: string,
  file: string,
  flags: EvaluateFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const [{ loadFlamingo }, { readTasks, problemOf }, { evaluate }, { summarise }] = await Promise.all([
    import('../../runtime/model.ts'),
    import('../../runtime/evaluate/read-tasks.ts'),
    import('../../runtime/evaluate/evaluate.ts'),
    import('../../runtime/evaluate/summary.ts'),
  ]);
  const { shots, limit, batch, maxNewTokens, beams, provider, pixels } = flags;
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
    const { origin, seed } = model.manifest.parameters;
    if (origin !== 'loaded') {
      const part = origin === 'mixed' ? 'Some of the weights are' : 'The weights are';
      report.note(`${part} drawn from seed ${seed}, not trained: the figures mean nothing.`);
    }
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
