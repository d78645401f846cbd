import { InvalidArgumentError, Option } from 'commander';
import { PROVIDERS } from '../../artifact/provider.ts';
import { ANALYSES } from '../../runtime/evaluate/benchmark/analysis-registry.ts';
import { PROTOCOLS } from '../../runtime/evaluate/benchmark/benchmark.ts';
import { BENCHMARKS } from '../../runtime/evaluate/benchmark/benchmark-registry.ts';
import { SELECTIONS } from '../../runtime/evaluate/benchmark/run/settings.ts';
import { MOST_BEAMS } from '../../runtime/generate/bounds.ts';
import { type CliCommand, type CommandContext, wholeNumber } from '../command.ts';
import { ANALYSIS_FLAGS, BENCHMARK_FLAGS, type EvaluateFlags } from '../evaluate/flags.ts';
import type { ExitCode } from '../exit-codes.ts';
import { WrongUse } from '../wrong-use.ts';

const HELP = `
A task is one line of JSON, its image paths relative to the file:
  {"id": "1", "kind": "name", "shots": [{"image": "cat.png", "text": "Output: a cat"}], "image": "dog.png",
   "text": "Output:", "choices": ["a dog", "a cat"], "answers": ["a dog"]}
With "choices" the likeliest is taken; without, an answer is written and compared with "answers" as VQA's official
evaluation does (its accuracy where there are ten). "images": [...] shows several pictures at once.

A benchmark is read from its own files:
${BENCHMARKS.map(({ name, splits }) => `  ${name.padEnd(15)} ${splits.join(', ')}`).join('\n')}
Answers are kept as they come: the same command goes on with a run that was stopped, and adds --shots, --seeds and items.`;

export const command: CliCommand = {
  name: 'evaluate',
  summary:
    'Measure how well a compiled model answers a benchmark, or the tasks of a file, by number of examples.',
  examples: [
    'flamingo evaluate artifacts/mine --benchmark vqav2 --data vqav2/ --shots 0,4,8 --limit 1000',
    'flamingo evaluate artifacts/mine --benchmark coco --data coco/ --protocol open-flamingo --out runs/coco',
    'flamingo evaluate artifacts/mine --benchmark imagenet --data imagenet/ --shots 16 --select rices --ensemble 6',
    'flamingo evaluate --compare runs/coco runs/coco-tuned',
    'flamingo evaluate runs/coco --analyse groups --labels images_val2014.csv',
    'flamingo evaluate runs/coco --analyse toxicity --classifier detoxify/',
    'flamingo evaluate artifacts/mine tasks.jsonl',
    'flamingo evaluate artifacts/mine tasks.jsonl --shots 0,1,2,4,8',
    'flamingo evaluate artifacts/mine tasks.jsonl --limit 100 --answers answers.jsonl --json',
    'flamingo evaluate artifacts/mine tasks.jsonl --robustness --shots 0,4,8',
  ],
  grace: 20_000,
  configure(command, run) {
    command
      .argument('[dir]', "folder that `flamingo compile` wrote; for --analyse alone, a run's folder")
      .argument('[tasks]', 'JSONL file of tasks, in place of a benchmark')
      .option('--benchmark <name>', 'the benchmark, see below')
      .option('--data <folder>', "the benchmark's files, as they are published")
      .option('--split <split>', "the benchmark's split (default: the paper's)")
      .option(
        '--shots <k,k…>',
        'numbers of examples to try (default: 0,4,8,16,32 of a benchmark; of a task all, and its first)',
        shotCounts,
      )
      .option('--limit <n>', 'only n items, drawn the same each time; the first n tasks', wholeNumber(1))
      .addOption(
        new Option(
          '--protocol <name>',
          "whose prompts, rules for answers and likelihoods (default: 'paper')",
        ).choices(PROTOCOLS),
      )
      .addOption(
        new Option(
          '--select <how>',
          "how examples are chosen: drawn, or by similarity (default: 'random')",
        ).choices(SELECTIONS),
      )
      .option(
        '--seeds <n>',
        'times that examples are drawn, or changed by --robustness (default: 3)',
        wholeNumber(1),
      )
      .option('--ensemble <n>', 'orders of the examples over which likelihoods are averaged', wholeNumber(1))
      .option('--support <n|all>', 'items that examples are taken from (default: 2048)', supportCount)
      .addOption(
        new Option(
          '--normalise <by>',
          'what likelihoods of choices are divided by (default: none in the paper, tokens in OpenFlamingo)',
        ).choices(['none', 'tokens', 'bytes']),
      )
      .option(
        '--frames <n>',
        'frames of a video at most (default: 30, or as many as the model takes)',
        wholeNumber(1),
      )
      .option('--nltk-data <folder>', "NLTK's data: its WordNet and tagger, where a benchmark needs them")
      .option(
        '--out <folder>',
        "where a benchmark's answers and results go (default: evaluations/MODEL-BENCHMARK-SPLIT)",
      )
      .option(
        '--compare <runs...>',
        'compare two runs by their folders, item by item; with --out, a page of it, too',
      )
      .addOption(
        new Option(
          '--analyse <what>',
          `after the run, or of the run in [dir]: ${ANALYSES.map(({ name, about }) => `${name}, ${about}`).join('; ')}`,
        ).choices(ANALYSES.map(({ name }) => name)),
      )
      .option(
        '--labels <file>',
        'groups of pictures or items: a CSV file with a column id (or image_id) and others, or a .jsonl of such objects',
      )
      .option(
        '--classifier <path>',
        'what scores how toxic texts are: a folder with model.onnx, tokenizer.json and config.json, or a list of words',
      )
      .option('--toxic-label <label>', "the classifier's label that says so (default: toxicity or toxic)")
      .option('--batch <n>', 'prompts answered side by side', wholeNumber(1), 16)
      .option(
        '--max-new-tokens <n>',
        "most tokens of a written answer (default: the benchmark's; 20 for tasks)",
        wholeNumber(1),
      )
      .option(
        '--beams <n>',
        'beam search for written answers; 1 is greedy (default: 3 for benchmarks, 1 for tasks)',
        wholeNumber(1, MOST_BEAMS),
      )
      .option(
        '--no-dialogue',
        "for a model tuned on dialogues: ask the texts as they are, instead of as the user's turns",
      )
      .option(
        '--robustness',
        'ask tasks with their examples in other orders, with flipped and random answers, and with unrelated ones, too',
      )
      .option('--answers <file>', 'write every answer to tasks to this file, one JSON object a line')
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
      .addHelpText('after', HELP)
      .action((folder: string | undefined, tasks: string | undefined, flags: EvaluateFlags) =>
        run((context) => evaluateModel(folder, tasks, flags, context)),
      );
  },
};

async function evaluateModel(
  folder: string | undefined,
  tasks: string | undefined,
  flags: EvaluateFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { benchmark, analyse, compare: runs } = flags;
  const [unused] = Object.entries(ANALYSIS_FLAGS).filter(([name]) => Reflect.get(flags, name) !== undefined);
  if (unused !== undefined && analyse === undefined) {
    throw new WrongUse(`${unused[1]} is for an analysis, and no --analyse was given.`);
  }
  if (runs !== undefined) {
    if (folder !== undefined || benchmark !== undefined) {
      throw new WrongUse(
        '--compare reads two runs that have ended, so it goes with neither a model nor --benchmark.',
      );
    }
    const { compare } = await import('../evaluate/compare.ts');
    return compare(runs, flags, context);
  }
  if (analyse !== undefined && benchmark === undefined) {
    if (folder === undefined || tasks !== undefined) {
      throw new WrongUse('--analyse takes the folder of a run, or --benchmark with a model and --data.');
    }
    const { analyseRun } = await import('../evaluate/analyse.ts');
    return analyseRun(folder, analyse, flags, context);
  }
  if (folder === undefined)
    throw new WrongUse('No model was named: give the folder that `flamingo compile` wrote.');
  if (benchmark !== undefined) {
    if (tasks !== undefined)
      throw new WrongUse('A file of tasks and --benchmark were given: leave one of them out.');
    if (flags.answers !== undefined) {
      throw new WrongUse('--answers is for tasks: a benchmark has its answers in --out.');
    }
    if (flags.robustness) throw new WrongUse('--robustness is for a file of tasks, and not for a benchmark.');
    const { evaluateBenchmark } = await import('../evaluate/evaluate-benchmark.ts');
    return evaluateBenchmark(folder, benchmark, flags, context);
  }
  if (tasks === undefined)
    throw new WrongUse('Nothing to evaluate was named: give --benchmark, or a file of tasks.');
  const [stray] = Object.entries(BENCHMARK_FLAGS).filter(([name]) => Reflect.get(flags, name) !== undefined);
  if (stray !== undefined) throw new WrongUse(`${stray[1]} is for benchmarks, and no --benchmark was given.`);
  if (flags.seeds !== undefined && !flags.robustness) {
    throw new WrongUse('--seeds is for benchmarks and --robustness, and neither was given.');
  }
  if (flags.robustness) {
    const { evaluateRobustness } = await import('../evaluate/evaluate-robustness.ts');
    return evaluateRobustness(folder, tasks, flags, context);
  }
  const { evaluateTasks } = await import('../evaluate/evaluate-tasks.ts');
  return evaluateTasks(folder, tasks, flags, context);
}

function shotCounts(text: string): readonly number[] {
  const counts = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (counts.every(Number.isSafeInteger)) return counts.toSorted((a, b) => a - b);
  throw new InvalidArgumentError('whole numbers with commas between were expected, as 0,1,2,4.');
}

function supportCount(text: string): number | 'all' {
  return text === 'all' ? 'all' : wholeNumber(1)(text);
}
