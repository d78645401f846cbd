import { Option } from 'commander';
import { PROVIDERS } from '../../artifact/provider.ts';
import type { Abortable, AnswerOptions } from '../../runtime/asking.ts';
import { LARGEST_SEED, MOST_BEAMS } from '../../runtime/generate/bounds.ts';
import { GENERATION_MODES, type GenerationMode, generationMode } from '../../runtime/generation-mode.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { FewShotPrompt, Query } from '../../runtime/prompt/prompt.ts';
import type { ChoiceScore } from '../../runtime/score-choices.ts';
import type { Generation, ScoreOptions } from '../../runtime/worker/protocol.ts';
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
import type { Report } from '../report.ts';
import { choicesOf } from '../run/choice-flag.ts';
import { printProfile, unexpectedWarning } from '../run/print-profile.ts';
import { addShotOptions, picturesOf, type ShotFlags, shotsOf } from '../run/shot-flags.ts';
import { watched } from '../run/watched.ts';
import { type ModelFlags, withModel } from '../run/with-model.ts';
import { joinShotWords } from '../shot-words.ts';
import { WrongUse } from '../wrong-use.ts';

interface RunFlags extends ShotFlags, ModelFlags {
  readonly task?: string;
  readonly image?: readonly string[];
  readonly text: string;
  readonly choices?: readonly string[];
  /** False where a dialogue is not wanted. */
  readonly dialogue: boolean;
  readonly maxNewTokens?: number;
  readonly stop?: readonly string[];
  readonly beams?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly json?: true;
}

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
        ? await askWhole(model, { shots, query }, flags)
        : await askTask(model, flags.task, query);
    if (flags.choices !== undefined) await rank(model, asked, flags.choices, flags, context);
    else await answer(model, asked, flags, context);
    if (flags.profile && !flags.json) printProfile(await model.profile(), context.report);
    return EXIT.ok;
  });
}

/** A question as it is put to a model. */
interface AskedQuestion {
  generate(options: AnswerOptions): Promise<Generation>;
  score(choices: readonly string[], options: ScoreOptions & Abortable): Promise<ChoiceScore[]>;
}

async function askWhole(
  model: FlamingoModel,
  examples: FewShotPrompt,
  { dialogue: wanted }: RunFlags,
): Promise<AskedQuestion> {
  const { dialogue } = model.manifest.language;
  const { dialogueOf } = await import('../../runtime/prompt/dialogue-of.ts');
  const prompt = wanted && dialogue?.tuned === true ? dialogueOf(examples, dialogue.assistant) : examples;
  return {
    generate: (options) => model.generate(prompt, options),
    score: (choices, options) => model.score(prompt, choices, options),
  };
}

async function askTask(model: FlamingoModel, path: string, query: Query): Promise<AskedQuestion> {
  const task = await model.loadTask(path);
  const { dialogue } = model.manifest.language;
  const { dialogueOf } = await import('../../runtime/prompt/dialogue-of.ts');
  const [turn] =
    task.isDialogue && dialogue !== undefined ? dialogueOf({ query }, dialogue.assistant).turns : [];
  const { speaker: _, ...question } = turn ?? { speaker: 'user', ...query };
  return {
    generate: (options) => task.generate(question, options),
    score: (choices, options) => task.score(question, choices, options),
  };
}

async function answer(
  model: FlamingoModel,
  asked: AskedQuestion,
  flags: RunFlags,
  context: CommandContext,
): Promise<void> {
  const { report } = context;
  const { beams, temperature, topK, topP, seed, maxNewTokens, stop, json } = flags;
  const length = maxNewTokens === undefined ? {} : { maxNewTokens };
  if (beams !== undefined && beams > 1) {
    const generation = await watched(context, (request) => asked.generate({ ...length, beams, ...request }));
    if (json) await printJson(model, { generation: 'steps', ...generation }, flags, report);
    else report.result(shown(generation.text));
    return;
  }
  const settings = {
    ...(stop !== undefined && { stop }),
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(seed !== undefined && { seed }),
  };
  let streamed = '';
  const generation = await watched(context, (request, stopWatching) =>
    asked.generate({
      ...length,
      ...settings,
      ...request,
      onToken({ text }) {
        if (json) return;
        stopWatching();
        const piece = streamed === '' ? shown(text) : text;
        streamed += piece;
        report.stream(piece);
      },
    }),
  );
  if (json) {
    const by = generationMode(model.manifest.language, flags.provider, flags.generation);
    await printJson(model, { generation: by, ...generation }, flags, report);
    return;
  }
  // The end may hold bytes that never became a whole character.
  const whole = shown(generation.text);
  report.result(whole.startsWith(streamed) ? whole.slice(streamed.length) : '');
}

/** An answer for people: a model that writes on after a prompt begins with the space between. JSON keeps it. */
function shown(answer: string): string {
  return answer.trimStart();
}

async function rank(
  model: FlamingoModel,
  asked: AskedQuestion,
  choices: readonly string[],
  flags: RunFlags,
  context: CommandContext,
): Promise<void> {
  const { report } = context;
  const scores = await watched(context, (request) => asked.score(choices, { normalise: 'none', ...request }));
  const ranked = [...scores].sort((a, b) => b.score - a.score);
  if (flags.json) {
    await printJson(model, { normalised: 'none', choices: ranked }, flags, report);
    return;
  }
  report.table(
    ['choice', 'log-likelihood', 'probability', 'tokens'],
    ranked.map(({ choice, logLikelihood, probability, tokens }) => [
      choice,
      logLikelihood.toFixed(3),
      probability.toFixed(4),
      String(tokens),
    ]),
  );
}

async function printJson(
  model: FlamingoModel,
  result: object,
  { profile }: RunFlags,
  report: Report,
): Promise<void> {
  const recorded = profile && (await model.profile());
  const warning = recorded && unexpectedWarning(recorded);
  if (warning !== undefined) report.note(`warning: ${warning}`);
  const {
    parameters,
    model: { name },
  } = model.manifest;
  report.result(
    JSON.stringify(
      { model: name, weights: parameters.origin, ...result, ...(recorded && { profile: recorded }) },
      undefined,
      2,
    ),
  );
}
