import { dirname, resolve } from 'node:path';
import { Option } from 'commander';
import { PROVIDERS, type Provider } from '../../artifact/provider.ts';
import type { Recipe, Task } from '../../dsl/program/recipe.ts';
import type { TrainResult } from '../../runtime/training/train.ts';
import { type CliCommand, type CommandContext, wholeNumber } from '../command.ts';
import { defaultOut } from '../default-out.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { describeCount, type Progress, type Report } from '../report.ts';
import { describeDuration, TrainingProgress } from '../training-progress.ts';

interface TrainFlags {
  readonly out?: string;
  readonly resume?: true;
  readonly restart?: true;
  readonly steps?: number;
  readonly threads?: number;
  readonly checkpointEvery?: number;
  readonly weights: 'float32' | 'float16';
  readonly provider: Provider;
  readonly export?: string;
  readonly json?: true;
}

/** A step that is being computed ends, and its checkpoint is written, before Ctrl-C ends the process. */
const GRACE = 15 * 60_000;

export const command: CliCommand = {
  name: 'train',
  summary: 'Train what a recipe describes, or go on training it.',
  grace: GRACE,
  examples: [
    'flamingo train models/recipes/copy.ts',
    'flamingo train recipe.ts --out runs/mine --threads 2',
    'flamingo train recipe.ts --out runs/mine --steps 100 --checkpoint-every 20',
  ],
  configure(command, run) {
    command
      .argument('<recipe>', 'TypeScript file whose default export is a recipe({ ... })')
      .option('--out <dir>', "the run's folder (default: runs/NAME)")
      .addOption(
        new Option('--resume', 'refuse to begin a run: there must be a checkpoint to go on from').conflicts(
          'restart',
        ),
      )
      .option('--restart', 'begin anew, though the folder has checkpoints: they are deleted')
      .option('--steps <n>', 'stop after n steps in all; the schedule stays as it is', wholeNumber(1))
      .option(
        '--threads <n>',
        'threads of one operator (default: one for each physical core)',
        wholeNumber(1),
      )
      .option('--checkpoint-every <n>', "steps between checkpoints (default: the recipe's)", wholeNumber(1))
      .addOption(
        new Option('--weights <precision>', 'precision of the finished weights')
          .choices(['float32', 'float16'])
          .default('float32'),
      )
      .addOption(new Option('--provider <provider>', 'execution provider').choices(PROVIDERS).default('cpu'))
      .option('--export <name>', 'which export is the recipe (default: the default export)')
      .option('--json', 'print the result as JSON')
      .action((file: string, flags: TrainFlags) => run((context) => trainRecipe(file, flags, context)));
  },
};

async function trainRecipe(
  file: string,
  flags: TrainFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const { loadRecipe } = await import('../../compiler/frontend/load-recipe.ts');
  const recipe = await loadRecipe(file, flags.export);
  signal.throwIfAborted();
  const [{ compileTraining }, { train }, { openRunFolder }] = await Promise.all([
    import('../../compiler/training/compile-training.ts'),
    import('../../runtime/training/train.ts'),
    import('../../runtime/training/run-folder.ts'),
  ]);
  const out = flags.out ?? defaultOut('runs', 'recipe', recipe.name);
  await using folder = await openRunFolder(out, {
    mustResume: flags.resume === true,
    onWait: (owner) =>
      report.note(
        `${owner} may be training into ${out}: the run goes on if it gives no sign of life for 20 s.`,
      ),
  });
  const { plan, initial } = await compileTraining(recipe, {
    folder: folder.graphs,
    recipeFolder: dirname(resolve(file)),
    target: flags.provider,
  });
  const progress = new TrainingProgress(report.note, process.stderr.isTTY === true);
  const preparing = new Map<string, Progress>();
  const began = performance.now();
  try {
    const result = await train({
      ...{ plan, initial, out, signal },
      data: sourcesOf(recipe.tasks),
      evaluationData: sourcesOf(recipe.evaluation?.tasks ?? []),
      checkHeld: folder.checkHeld,
      restart: flags.restart === true,
      stopAfter: flags.steps,
      checkpointEvery: flags.checkpointEvery,
      precision: flags.weights,
      threads: flags.threads,
      provider: flags.provider,
      events: {
        onPrepare(task, done, total) {
          const bar = preparing.get(task) ?? report.progress(`preparing ${task}`);
          preparing.set(task, bar);
          bar.update(done, total);
        },
        onStart(step, total) {
          for (const bar of preparing.values()) bar.stop();
          report.note(introduction(recipe, out, step));
          progress.start(step, total);
        },
        onRecord: (record) => progress.record(record),
      },
    });
    progress.stop();
    if (result.interrupted)
      report.note(`Checkpoint: ${result.checkpoint}; the same command goes on from there.`);
    summarise(result, (performance.now() - began) / 1000, flags, report);
    return EXIT.ok;
  } finally {
    for (const bar of preparing.values()) bar.stop();
    progress.stop();
  }
}

function sourcesOf(tasks: readonly Task[]): ReadonlyMap<string, Task['data']> {
  return new Map(tasks.map(({ name, data }) => [name, data]));
}

function introduction(recipe: Recipe, out: string, step: number): string {
  const sizes = [...recipe.parameters.values()].map(({ shape, trainable }) => ({
    trainable,
    count: shape.reduce((product, size) => product * size, 1),
  }));
  const total = (trainable: boolean) =>
    describeCount(sizes.reduce((sum, each) => sum + (each.trainable === trainable ? each.count : 0), 0));
  const from = step === 0 ? 'from the beginning' : `from step ${step}`;
  return `${recipe.name}: ${total(true)} weights to train, ${total(false)} frozen; ${from}, into ${out}`;
}

function summarise(result: TrainResult, seconds: number, { json }: TrainFlags, report: Report): void {
  if (json === true) {
    report.result(JSON.stringify(result, undefined, 2));
    return;
  }
  const { name, step, steps, made, loss, best, weights, frozen } = result;
  const mark = step === steps ? report.colour.out.green('✓') : '…';
  const rate = made === 0 ? '' : ` (${made} in ${describeDuration(seconds)})`;
  report.result(
    `${mark} ${name}: step ${step} of ${steps}${rate}${loss === null ? '' : `, loss ${loss.toPrecision(4)}`}`,
  );
  if (best !== null)
    report.result(`lowest evaluation loss: ${best.loss.toPrecision(4)} after step ${best.step}`);
  if (frozen !== null) report.result(`frozen weights unchanged: sha256 ${frozen}`);
  report.result(`weights: ${weights}`);
}
