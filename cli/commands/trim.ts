import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { otherPlatforms, removePlatforms } from '../installed-runtime.ts';
import { describeBytes } from '../report.ts';

interface TrimFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const command: CliCommand = {
  name: 'trim',
  summary: "Remove ONNX Runtime's libraries for other systems than this, most of what is installed.",
  examples: ['flamingo trim', 'flamingo trim deployment/ --dry-run'],
  configure(command, run) {
    command
      .argument(
        '[project]',
        'folder with the node_modules that have it (default: where this program finds it)',
      )
      .option('--dry-run', 'say what would be removed, and remove nothing')
      .option('--json', 'print the result as JSON')
      .action((project: string | undefined, flags: TrimFlags) =>
        run((context) => trim(project, flags, context)),
      );
  },
};

/** `npm install` brings them back: for another system, install there. */
async function trim(
  project: string | undefined,
  { dryRun = false, json = false }: TrimFlags,
  { report }: CommandContext,
): Promise<ExitCode> {
  const folders = await otherPlatforms(project);
  if (!dryRun) await removePlatforms(folders);
  const bytes = folders.reduce((sum, each) => sum + each.bytes, 0);
  const platforms = folders.map(({ platform }) => platform);
  if (json) report.result(JSON.stringify({ removed: !dryRun, platforms, bytes }));
  else if (folders.length === 0) report.result('Nothing to remove: no other system has libraries here.');
  else {
    const verb = dryRun ? 'Would remove' : 'Removed';
    report.result(`${verb} ${describeBytes(bytes)} for ${platforms.join(', ')}.`);
  }
  return EXIT.ok;
}
