import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { makeTemporaryFolder } from '../../artifact/folder/temporary-folder.ts';
import { type CliCommand, type CommandContext, wholeNumber } from '../command.ts';
import { defaultModel } from '../default-model.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface PlaygroundFlags {
  readonly port?: number;
  readonly out?: string;
}

/** Where nobody says otherwise. */
const PORT = 8765;

export const command: CliCommand = {
  name: 'playground',
  summary: 'Serve a page on which pictures and words make a few-shot prompt, answered in the browser.',
  examples: [
    'flamingo playground',
    'flamingo playground artifacts/mine artifacts/emoji',
    'flamingo playground artifacts/mine --out site',
  ],
  configure(command, run) {
    command
      .argument(
        '[dirs...]',
        'folders that `flamingo compile` wrote (default: the model that ships, compiled at its first use)',
      )
      .option('--port <number>', `port to serve at, 0 for any (default: ${PORT})`, wholeNumber(0, 65_535))
      .option('--out <folder>', 'write the site there as static files, and serve nothing')
      .action((directories: readonly string[], flags: PlaygroundFlags) =>
        run((context) => playground(directories, flags, context)),
      );
  },
};

async function playground(
  directories: readonly string[],
  { port = PORT, out }: PlaygroundFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { report, signal } = context;
  const { foldersOf, openModels, writePage, writeSite } = await import('../playground/site.ts');
  const models = await openModels(directories.length > 0 ? directories : [await defaultModel(context)]);
  if (out !== undefined) {
    await writeSite(out, models);
    report.result(`✓ ${out}: serve it as it is, with the two headers of docs/web.md for several threads.`);
    return EXIT.ok;
  }
  const page = await makeTemporaryFolder('playground');
  try {
    await writePage(page, models);
    const { serveFolders } = await import('../playground/serve-folders.ts');
    const { server, url } = await serveFolders(foldersOf(page, models), { port });
    report.result(url);
    report.note('Ctrl-C ends it.');
    try {
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  } finally {
    await rm(page, { recursive: true, force: true });
  }
  return EXIT.ok;
}
