import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Argument, Option } from 'commander';
import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { CUDA_VERSIONS, type CudaVersion } from '../install/packages.ts';

interface InstallFlags {
  readonly cuda?: string;
  readonly libraries: boolean;
  readonly index?: string;
}

export const command: CliCommand = {
  name: 'install',
  summary:
    "Bring ONNX Runtime's library for CUDA, and CUDA and cuDNN where they are missing, from their registries.",
  examples: [
    'flamingo install cuda',
    'flamingo install cuda --cuda 13 --no-libraries   # for a machine that has CUDA, on one that has no card',
  ],
  configure(command, run) {
    command
      .addArgument(new Argument('<what>', 'what is brought').choices(['cuda']))
      .addOption(
        new Option(
          '--cuda <version>',
          "which CUDA (default: the newest that this machine's driver runs)",
        ).choices(CUDA_VERSIONS.map(String)),
      )
      .option(
        '--no-libraries',
        "leave CUDA's and cuDNN's own libraries out (2 GB), though they are not found",
      )
      .option('--index <address>', "a mirror of PyPI's simple index (default: https://pypi.org/simple)")
      .action((_what: string, flags: InstallFlags) => run((context) => install(flags, context)));
  },
};

async function install(
  { cuda: asked, libraries, index }: InstallFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const [{ chooseCuda }, { installCuda }, { findNvidia }, { cudaNeeds }, { cudaLibrary }, { runtimeFolder }] =
    await Promise.all([
      import('../install/choose-cuda.ts'),
      import('../install/install-cuda.ts'),
      import('../doctor/nvidia.ts'),
      import('../doctor/shared-libraries.ts'),
      import('../../runtime/provider/cuda.ts'),
      import('../../runtime/provider/runtime-folder.ts'),
    ]);
  const { requireCudaSystem } = await import('../install/require-cuda-system.ts');
  requireCudaSystem(process.platform, process.arch);
  const version: CudaVersion | undefined = CUDA_VERSIONS.find((each) => String(each) === asked);
  const cuda = chooseCuda(await findNvidia(), version);
  const { version: runtimeVersion }: { version?: unknown } = JSON.parse(
    await readFile(join(runtimeFolder(), 'package.json'), 'utf8'),
  );
  const library = cudaLibrary();
  let progress = report.progress('');
  const put = await installCuda({
    ...{ cuda, library, withLibraries: libraries, index, signal, neededBy: cudaNeeds },
    runtimeVersion: String(runtimeVersion),
    onNote(note) {
      progress.stop();
      report.note(note);
      progress = report.progress('');
    },
    onBytes: (done, total) => progress.update(done, total),
  }).finally(() => progress.stop());
  report.result(
    put.length === 0
      ? `Nothing was missing for CUDA ${cuda}.`
      : `${put.length} libraries for CUDA ${cuda} were put into ${dirname(library)}.`,
  );
  report.note("'flamingo doctor --provider cuda' says whether it runs.");
  return EXIT.ok;
}
