import { Option } from 'commander';
import { PROVIDERS } from '../../artifact/provider.ts';
import { LARGEST_SEED, MOST_BEAMS } from '../../runtime/generate/bounds.ts';
import { GENERATION_MODES, type GenerationMode } from '../../runtime/generation-mode.ts';
import {
  type CliCommand,
  type CommandContext,
  collect,
  collectNumbers,
  collectTexts,
  numberAbove,
  wholeNumber,
} from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { askTask, askWhole } from '../run/asked-question.ts';
import { choicesOf } from '../run/choice-flag.ts';
import { printAnswer, printRanking } from '../run/print-answer.ts';
import { printProfile } from '../run/print-profile.ts';
import type { RunFlags } from '../run/run-flags.ts';
import { addShotOptions, picturesOf, shotsOf } from '../run/shot-flags.ts';
import { withModel } from '../run/with-model.ts';
import { joinShotWords } from '../shot-words.ts';
import { WrongUse } from '../wrong-use.ts';

const GENERATION = ['maxNewTokens', 'stop', 'beams', 'temperature', 'topK', 'topP', 'seed', 'generation'];

export const command: CliCommand = {
  name: 'run',
  summary: 'Answer a prompt of pictures and text with a compiled model, or rank given answers.',
  examples: [
    'flamingo run --shot cat.png "cat" --image dog.png   # with the model that ships',
    'flamingo run artifacts/mine --image dog.jpg --text "Output:"',
    'flamingo run artifacts/mine --shot cat.jpg "Output:A cat." --shot dog.jpg "Output:A dog." --image tulip.jpg --text "Output:"',
    'flamingo run artifacts/mine --shot-text "Output:A cat." --image dog.jpg --text "Output:" --beams 3',
    'flamingo run artifacts/mine --image dog.jpg --text "Output:" --choices "a cat|a dog|a tulip"',
    'flamingo run artifacts/mine --task pets.task --image dog.jpg --text "Output:"   # what `flamingo prepare` wrote',
    'flamingo run artifacts/pythia --shot-text "France: Paris" --text "Italy:"',
    'flamingo run artifacts/idefics --shot cat.jpg "What is this? Assistant: A cat." --image dog.jpg --text "And this?"',
    'flamingo run artifacts/mine --image frames/ --text "Question:What happens? Short answer:" --temperature 0.7 --seed 1',
  ],
  prepare: joinShotWords,
  configure(command, run) {
    addShotOptions(
      command.argument('[dir]', 'folder that `flamingo compile` wrote (default: the small model that ships)'),
    )
      .addOption(
        new Option(
          '--task <file>',
          'ask after the examples that `flamingo prepare` read into this file, instead of --shot',
        ).conflicts(['shot']),
      )
      .option(
        '--image <file>',
        'the picture asked about, or a video: a folder of frames, or a moving GIF or WebP; may repeat for several pictures; left out for a question in text, by --text',
        collect,
      )
      .option('--text <prefix>', 'text after the picture, which the answer goes on from', '')
      .option(
        '--no-dialogue',
        'for a model tuned on dialogues: go on from the text as it is, instead of answering it as the assistant',
      )
      .addOption(
        new Option(
          '--choices <a|b|c>',
          'rank these answers by log-likelihood, not normalised by length, instead of writing one; each goes on with the text, and begins with a space where that needs one and the examples do not show it',
        )
          .argParser(choicesOf)
          .conflicts(GENERATION),
      )
      .option('--max-new-tokens <n>', 'most tokens of the answer (default: 20)', wholeNumber(1))
      .addOption(
        new Option('--stop <text>', 'end the answer before this text; may repeat')
          .argParser(collectTexts)
          .conflicts(['beams']),
      )
      .addOption(
        new Option('--beams <n>', 'beam search; without it the likeliest token is taken at each step')
          .argParser(wholeNumber(1, MOST_BEAMS))
          .conflicts(['temperature', 'topK', 'topP', 'seed']),
      )
      .option('--temperature <t>', 'draw tokens; above 1 flatter, below 1 sharper', numberAbove(0))
      .option('--top-k <k>', 'draw from the k likeliest tokens', wholeNumber(1))
      .option(
        '--top-p <p>',
        'draw from the likeliest tokens that together have probability p',
        numberAbove(0, 1),
      )
      .option('--seed <s>', 'of drawing (default: 0)', wholeNumber(0, LARGEST_SEED))
      .addOption(new Option('--provider <provider>', 'execution provider').choices(PROVIDERS).default('cpu'))
      .option(
        '--device <number>',
        'card that computes (cuda); may repeat for a model in stages, which are on one after another (default: the first)',
        collectNumbers(0),
      )
      .addOption(
        new Option(
          '--generation <way>',
          'write answers by one graph, many tokens in a run, or step by step (default: the graph on cuda, where the model was compiled with one)',
        ).choices(GENERATION_MODES),
      )
      .addOption(
        new Option(
          '--pixels <rule>',
          'which pixels pictures have: as a viewer shows them, or as Pillow reads them (no EXIF turn, no colour profile, alpha dropped)',
        )
          .choices(['shown', 'pillow'])
          .default('shown'),
      )
      .option(
        '--profile',
        'say what ran where besides, on which provider, and how long it took; and what fell to the CPU, and why',
      )
      .option('--json', 'print the result as JSON, when it is complete')
      .action((folder: string | undefined, flags: RunFlags) =>
        run((context) => runModel(folder, flags, context)),
      );
  },
};

const STEPS: GenerationMode = 'steps';

async function runModel(
  given: string | undefined,
  flags: RunFlags,
  context: CommandContext,
): Promise<ExitCode> {
  if (flags.image === undefined && flags.text === '') {
    throw new WrongUse(
      "required option '--image <file>' not specified: give the picture asked about, or a question in text with --text.",
    );
  }
  if (flags.generation === 'graph' && (flags.beams ?? 1) > 1) {
    throw new WrongUse(
      '--generation graph writes one answer, but --beams follows several: leave one of them out.',
    );
  }
  if (flags.task !== undefined && !flags.dialogue) {
    throw new WrongUse(
      '--no-dialogue does not go with --task, which was prepared as a dialogue or not: prepare it with --no-dialogue.',
    );
  }
  const shots = await shotsOf(flags);
  const query = { ...(await picturesOf(flags.image ?? [], flags.frames)), text: flags.text };
  // Beams and scores go by steps: the graph of whole answers, with its weights, is not loaded for them.
  const byBeams = flags.beams !== undefined && flags.beams > 1;
  const loaded = byBeams || flags.choices !== undefined ? { ...flags, generation: STEPS } : flags;
  return withModel(given, loaded, context, async (model) => {
    const asked =
      flags.task === undefined
        ? await askWhole(model, { shots, query }, flags.dialogue)
        : await askTask(model, flags.task, query);
    if (flags.choices !== undefined) await printRanking(model, asked, flags.choices, flags, context);
    else await printAnswer(model, asked, flags, context);
    if (flags.profile && !flags.json) printProfile(await model.profile(), context.report);
    return EXIT.ok;
  });
}
