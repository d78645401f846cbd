import { Option } from 'commander';
import { TARGETS } from '../../compiler/target/target-registry.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { projectExtensions } from '../config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface DiffFlags {
  readonly config?: string;
  readonly target: string;
  readonly fusion: 'on' | 'off';
  readonly json?: true;
}

export const command: CliCommand = {
  name: 'diff',
  summary:
    'Say what changed between two models: parameters, operators, work. The exit code is 1 where they differ.',
  examples: [
    'flamingo diff artifacts/before artifacts/after',
    'flamingo diff artifacts/mine my-model.ts   # what compiling again would change',
    'flamingo diff tiny my-variant.ts --json',
  ],
  configure(command, run) {
    command
      .argument('<a>', 'folder of a compiled model, model file, or name of a preset')
      .argument('<b>', 'another')
      .option('--config <file>', "what the project adds (default: the folder's flamingo.config.ts)")
      .option(
        '--target <target>',
        `what model files are built for: ${TARGETS.map(({ name }) => name).join(', ')}, or one of the project's own`,
        'cpu',
      )
      .addOption(
        new Option('--fusion <switch>', 'use fused operators in model files')
          .choices(['on', 'off'])
          .default('on'),
      )
      .option('--json', 'print everything as JSON')
      .action((a: string, b: string, flags: DiffFlags) => run((context) => diff(a, b, flags, context)));
  },
};

async function diff(
  a: string,
  b: string,
  { config, target, fusion, json }: DiffFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const [{ modelSide }, { differences }, { printDifferences }] = await Promise.all([
    import('../diff/model-side.ts'),
    import('../diff/differences.ts'),
    import('../diff/print-differences.ts'),
  ]);
  const options = { target, fusion: fusion === 'on', extensions: await projectExtensions(config) };
  const first = await modelSide(a, options);
  signal.throwIfAborted();
  const found = differences(first, await modelSide(b, options));
  if (json) report.result(JSON.stringify(found, undefined, 2));
  else printDifferences(found, report);
  return found.same ? EXIT.ok : EXIT.no;
}
