import { Option } from 'commander';
import type { BuiltFacts } from '../../compiler/built-facts.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { TARGETS } from '../../compiler/target/target-registry.ts';
import { PRECISIONS, type Precision } from '../../dsl/precision.ts';
import type { Program } from '../../dsl/program/program.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { graphTable } from '../compile/summary.ts';
import { projectExtensions } from '../config.ts';
import { describePrecision } from '../describe-precision.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { describeCount, type Report } from '../report.ts';

interface CheckFlags {
  readonly export?: string;
  readonly config?: string;
  readonly target: string;
  readonly fusion: 'on' | 'off';
  readonly precision?: Precision;
  readonly json?: true;
}

export const command: CliCommand = {
  name: 'check',
  summary: 'Type-check a model file or a recipe and build it, without writing anything.',
  examples: [
    'flamingo check my-model.ts',
    'flamingo check my-model.ts --target cuda --precision int4',
    'flamingo check recipe.ts --json',
  ],
  configure(command, run) {
    command
      .argument(
        '<file>',
        'TypeScript file whose default export is a model or a recipe, or the name of a preset',
      )
      .option('--export <name>', 'the export that is checked (default: the default export)')
      .option('--config <file>', "what the project adds (default: the folder's flamingo.config.ts)")
      .option(
        '--target <target>',
        `what to build a model for: ${TARGETS.map(({ name }) => name).join(', ')}, or one of the project's own`,
        'cpu',
      )
      .addOption(new Option('--precision <precision>', 'as for compile').choices(PRECISIONS))
      .addOption(new Option('--fusion <switch>', 'use fused operators').choices(['on', 'off']).default('on'))
      .option('--json', 'print the result as JSON')
      .action((file: string, flags: CheckFlags) => run((context) => check(file, flags, context)));
  },
};

async function check(file: string, flags: CheckFlags, { report }: CommandContext): Promise<ExitCode> {
  const started = performance.now();
  const extensions = await projectExtensions(flags.config);
  const target = targetOf(flags.target, extensions.targets);
  const { findPreset } = await import('../presets.ts');
  const { loadModelOrRecipe } = await import('../../compiler/frontend/load-model.ts');
  const loaded = (await findPreset(file))?.program ?? (await loadModelOrRecipe(file, flags.export));
  const seconds = () => (performance.now() - started) / 1000;
  if (loaded.kind === 'recipe') {
    tellRecipe(loaded, seconds(), flags, report);
    return EXIT.ok;
  }
  const { buildProgram } = await import('../../compiler/build-program.ts');
  const { builtFacts } = await import('../../compiler/built-facts.ts');
  const built = buildProgram(loaded, {
    ...extensions,
    ...{ target, fusion: flags.fusion === 'on' },
    ...(flags.precision && { precision: flags.precision }),
  });
  tellModel(loaded, builtFacts(built), seconds(), flags, report);
  return EXIT.ok;
}

function tellModel(
  { name }: Program,
  facts: BuiltFacts,
  seconds: number,
  { fusion, json }: CheckFlags,
  report: Report,
): void {
  const { target, precision, parameters, graphs } = facts;
  if (json) {
    report.result(JSON.stringify({ model: name, seconds, ...facts }, undefined, 2));
    return;
  }
  report.result(
    `${report.colour.out.green('✓')} ${name} for ${target} in ${seconds.toFixed(1)} s, not written`,
  );
  const { count, trainable } = parameters;
  report.result(
    `${describeCount(count)} parameters (${describeCount(trainable)} trainable), ${describePrecision(precision)}`,
  );
  graphTable(graphs, fusion === 'on', report);
}

function tellRecipe(
  { name, parameters, tasks, steps }: Recipe,
  seconds: number,
  { json }: CheckFlags,
  report: Report,
): void {
  const sizes = [...parameters.values()].map(({ shape, trainable }) => ({
    trainable,
    count: shape.reduce((product, size) => product * size, 1),
  }));
  const sum = (list: typeof sizes) => list.reduce((total, { count }) => total + count, 0);
  const [count, trainable] = [sum(sizes), sum(sizes.filter((each) => each.trainable))];
  const names = tasks.map((task) => task.name);
  if (json) {
    report.result(
      JSON.stringify(
        { recipe: name, seconds, parameters: { count, trainable }, steps, tasks: names },
        undefined,
        2,
      ),
    );
    return;
  }
  report.result(`${report.colour.out.green('✓')} ${name} in ${seconds.toFixed(1)} s, not written`);
  report.result(
    `${describeCount(count)} parameters (${describeCount(trainable)} trainable), ${steps} steps of ${names.join(', ')}`,
  );
}
