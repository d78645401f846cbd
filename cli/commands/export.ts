import { Argument } from 'commander';
import { type CliCommand, type CommandContext, collectNumbers, wholeNumber } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface ExportFlags {
  readonly out: string;
  readonly instances?: number;
  readonly gpu?: readonly number[];
  readonly batch?: number;
  readonly fromPixels?: true;
  readonly json?: true;
}

export const command: CliCommand = {
  name: 'export',
  summary: "Write what serves a compiled model beyond one process: a model repository for NVIDIA's Triton.",
  examples: [
    'flamingo compile my-model.ts --generation --target cuda --out artifacts/mine',
    'flamingo export triton artifacts/mine --out triton/',
    'flamingo export triton artifacts/80b --gpu 0 --gpu 1 --gpu 2 --gpu 3 --out triton/   # compiled with --stages 4',
  ],
  configure(command, run) {
    command
      .addArgument(new Argument('<engine>', 'what it is for').choices(['triton']))
      .argument('<dir>', 'folder that `flamingo compile --generation` (or `--stages`) wrote')
      .requiredOption('--out <repository>', 'folder to make')
      .option('--instances <n>', 'copies of each graph on each device (default: 1)', wholeNumber(1))
      .option('--gpu <number>', 'a GPU that runs the graphs; may repeat (default: all)', collectNumbers(0))
      .option(
        '--batch <n>',
        'pictures of several requests that are encoded at once (default: 32)',
        wholeNumber(1),
      )
      .option(
        '--from-pixels',
        'serve one graph that sees pictures itself, instead of one for pictures and one for answers',
      )
      .option('--json', 'print the result as JSON')
      .action((_engine: 'triton', folder: string, flags: ExportFlags) =>
        run((context) => exportModel(folder, flags, context)),
      );
  },
};

async function exportModel(
  folder: string,
  { out, instances, gpu, batch, fromPixels, json }: ExportFlags,
  { report }: CommandContext,
): Promise<ExitCode> {
  const { exportTriton } = await import('../../runtime/export/triton/export-triton.ts');
  const models = await exportTriton(folder, {
    out,
    ...(instances !== undefined && { instances }),
    ...(gpu && { gpus: gpu }),
    ...(batch !== undefined && { batch }),
    ...(fromPixels && { fromPixels }),
  });
  if (json) report.result(JSON.stringify({ out, models }));
  else
    report.result(
      `${report.colour.out.green('✓')} ${out}: ${models.join(', ')}; its README has the command that starts it.`,
    );
  return EXIT.ok;
}
