import { UserError } from '../../artifact/user-error.ts';
import { type CliCommand, type CommandContext, collect } from '../command.ts';
import { projectExtensions } from '../config.ts';
import { describeLinked } from '../describe-weights.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { describeBytes, describeCount } from '../report.ts';

interface RelinkFlags {
  readonly weights: readonly string[];
  readonly copyWeights?: boolean;
}

export const command: CliCommand = {
  name: 'relink',
  summary: 'Put other weights of the same shapes into a compiled model, without compiling it again.',
  examples: [
    'flamingo relink artifacts/mine --weights finetuned.safetensors',
    'flamingo relink artifacts/open-flamingo --weights clip/ --weights mpt-1b/ --weights checkpoint_5.pt',
  ],
  configure(command, run) {
    command
      .argument('<dir>', 'folder that `flamingo compile` made')
      .requiredOption(
        '--weights <path>',
        'safetensors or PyTorch file, index of shards, or folder; may repeat: the last that holds a weight counts',
        collect,
      )
      .option(
        '--copy-weights',
        'write the weights into the artifact and check them, instead of linking (default: up to 256 MiB)',
      )
      .option('--no-copy-weights', 'link to the files of weights that are smaller, too')
      .action((directory: string, flags: RelinkFlags) =>
        run((context) => relinkModel(directory, flags, context)),
      );
  },
};

async function relinkModel(
  directory: string,
  { weights, copyWeights }: RelinkFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const started = performance.now();
  if (weights.includes('none')) throw new UserError('relink needs weights: give their file with --weights.');
  const { openArtifact } = await import('../../runtime/artifact/artifact.ts');
  const { relink } = await import('../../compiler/relink.ts');
  const { ways = [], weightFormats = [] } = await projectExtensions();
  // The weights are about to go: they need not be whole, or even there.
  const { manifest } = await openArtifact(directory, {
    ...{ runnable: false, weights: false },
    ways,
  });
  const progress = report.progress('writing weights');
  try {
    const relinked = await relink(directory, manifest, {
      weights,
      weightFormats,
      copyWeights,
      onNote: report.note,
      onProgress(done, total) {
        // Thrown inside, so that the artifact stays as it was.
        signal.throwIfAborted();
        progress.update(done, total);
      },
    });
    progress.stop();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const { model, parameters } = relinked;
    const linked = describeLinked(relinked);
    const done = `${model.name} in ${directory} has other weights, in ${seconds} s`;
    report.result(linked === undefined ? `${report.colour.out.green('✓')} ${done}` : `${done}, not checked`);
    report.result(`${describeCount(parameters.count)} parameters, ${describeBytes(parameters.bytes)}`);
    if (linked !== undefined) report.result(linked);
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}
