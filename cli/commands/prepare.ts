import { lstat } from 'node:fs/promises';
import { Option } from 'commander';
import { checkWritable } from '../../artifact/folder/check-writable.ts';
import { PROVIDERS } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { Examples } from '../../runtime/prompt/examples.ts';
import type { Shot } from '../../runtime/prompt/prompt.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { describeBytes } from '../report.ts';
import { addShotOptions, type ShotFlags, shotsOf } from '../run/shot-flags.ts';
import { watched } from '../run/watched.ts';
import { type ModelFlags, withModel } from '../run/with-model.ts';
import { joinShotWords } from '../shot-words.ts';
import { WrongUse } from '../wrong-use.ts';

interface PrepareFlags extends ShotFlags, ModelFlags {
  readonly out: string;
  readonly separator?: string;
  /** False where a dialogue is not wanted. */
  readonly dialogue: boolean;
  readonly force?: true;
}

export const command: CliCommand = {
  name: 'prepare',
  summary: 'Read examples once, into a file after which `flamingo run --task` asks.',
  examples: [
    'flamingo prepare --shot cat.png "cat" --shot dog.png "dog" --out pets.task   # with the model that ships',
    'flamingo prepare artifacts/mine --shot cat.jpg "Output:A cat." --shot dog.jpg "Output:A dog." --out pets.task',
    'flamingo run artifacts/mine --task pets.task --image tulip.jpg --text "Output:"',
  ],
  prepare: joinShotWords,
  configure(command, run) {
    addShotOptions(
      command.argument('[dir]', 'folder that `flamingo compile` wrote (default: the small model that ships)'),
    )
      .requiredOption('--out <file>', 'where the task is written')
      .option(
        '--separator <text>',
        "what stands after each example's end (default: nothing; a line break where a model has no end of examples)",
      )
      .option('--no-dialogue', 'for a model tuned on dialogues: take the texts as they are, not as turns')
      .option('--force', 'replace a file that is already there')
      .addOption(new Option('--provider <provider>', 'execution provider').choices(PROVIDERS).default('cpu'))
      .addOption(
        new Option('--pixels <rule>', 'which pixels pictures have, as in `flamingo run`')
          .choices(['shown', 'pillow'])
          .default('shown'),
      )
      .action((folder: string | undefined, flags: PrepareFlags) =>
        run((context) => prepareTask(folder, flags, context)),
      );
  },
};

async function prepareTask(
  given: string | undefined,
  flags: PrepareFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { out, force = false } = flags;
  const shots = await shotsOf(flags);
  if (shots.length === 0) throw new WrongUse("required option '--shot <image> <text>' not specified.");
  if (!force && (await isThere(out)))
    throw new UserError(`${out} is already there: give another --out, or --force to replace it.`);
  await checkWritable(out);
  // Nothing is answered: the graph that would write it is not loaded.
  return withModel(given, { ...flags, generation: 'steps' }, context, async (model) => {
    const examples = await examplesOf(model, shots, flags);
    const task = await watched(context, (request) => model.prepare(examples, request));
    await task.save(out);
    const { size } = await lstat(out);
    const count = shots.length === 1 ? '1 example' : `${shots.length} examples`;
    context.report.result(`${out}: ${count}, ${task.tokens} tokens, ${describeBytes(size)}`);
    return EXIT.ok;
  });
}

async function examplesOf(
  model: FlamingoModel,
  shots: readonly Shot[],
  { separator, dialogue: wanted }: PrepareFlags,
): Promise<Examples> {
  const { dialogue } = model.manifest.language;
  if (!wanted || dialogue?.tuned !== true) return { shots, ...(separator !== undefined && { separator }) };
  if (separator !== undefined)
    throw new WrongUse(
      '--separator stands between examples, which are turns of a dialogue here: leave it out.',
    );
  const { dialogueOf } = await import('../../runtime/prompt/dialogue-of.ts');
  // The last turn is the question's.
  return { turns: dialogueOf({ shots, query: {} }, dialogue.assistant).turns.slice(0, -1) };
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
