import { stat } from 'node:fs/promises';
import { Option } from 'commander';
import { PROVIDERS, type Provider } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Abortable } from '../../runtime/asking.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { FewShotPrompt, Pictures, Prompt, Shot } from '../../runtime/prompt/prompt.ts';
import type { ProgressEvent } from '../../runtime/worker/protocol.ts';
import { type CliCommand, type CommandContext, collect, numberAbove, wholeNumber } from '../command.ts';
import { defaultModel } from '../default-model.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { projectWays } from '../project-ways.ts';
import type { Report } from '../report.ts';
import { joinShotWords, parseShot, type ShotWords } from '../shot-words.ts';
import { WrongUse } from '../wrong-use.ts';

interface RunFlags {
  readonly shot?: readonly ShotWords[];
  readonly image?: readonly string[];
  readonly frames?: number;
  readonly text: string;
  readonly choices?: string;
  /** False where a dialogue is not wanted. */
  readonly dialogue: boolean;
  readonly maxNewTokens?: number;
  readonly stop?: readonly string[];
  readonly beams?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly provider: Provider;
  readonly pixels: 'shown' | 'pillow';
  readonly json?: true;
}

const GENERATION = ['maxNewTokens', 'stop', 'beams', 'temperature', 'topK', 'topP', 'seed'];

export const command: CliCommand = {
  name: 'run',
  summary: 'Answer a prompt of pictures and text with a compiled model, or rank given answers.',
  examples: [
    'flamingo run --shot cat.png "cat" --image dog.png   # with the model that ships',
    'flamingo run artifacts/mine --image dog.jpg --text "Output:"',
    'flamingo run artifacts/mine --shot cat.jpg "Output:A cat." --shot dog.jpg "Output:A dog." --image tulip.jpg --text "Output:"',
    'flamingo run artifacts/mine --shot-text "Output:A cat." --image dog.jpg --text "Output:" --beams 3',
    'flamingo run artifacts/mine --image dog.jpg --text "Output:" --choices "a cat|a dog|a tulip"',
    'flamingo run artifacts/pythia --shot-text "France: Paris" --text "Italy:"',
    'flamingo run artifacts/idefics --shot cat.jpg "What is this? Assistant: A cat." --image dog.jpg --text "And this?"',
    'flamingo run artifacts/mine --image frames/ --text "Question:What happens? Short answer:" --temperature 0.7 --seed 1',
  ],
  prepare: joinShotWords,
  configure(command, run) {
    command
      .argument('[dir]', 'folder that `flamingo compile` wrote (default: the small model that ships)')
      .addOption(
        new Option(
          '--shot <image> <text>',
          'an example: a picture or video and its text, answer included; may repeat',
        ).argParser((words: string, earlier: readonly ShotWords[] = []) => [...earlier, parseShot(words)]),
      )
      .addOption(
        new Option(
          '--shot-text <text>',
          'an example without its picture, as in zero-shot prompts; may repeat',
        ).argParser(String),
      )
      .option(
        '--image <file>',
        'the picture asked about, or a video: a folder of frames, or a moving GIF or WebP; may repeat for several pictures; left out for a question in text, by --text',
        collect,
      )
      .option(
        '--frames <n>',
        'frames taken of each video, evenly spaced (default: all, or as many as the model takes)',
        wholeNumber(1),
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
        ).conflicts(GENERATION),
      )
      .option('--max-new-tokens <n>', 'most tokens of the answer (default: 20)', wholeNumber(1))
      .addOption(
        new Option('--stop <text>', 'end the answer before this text; may repeat')
          .argParser(collect)
          .conflicts(['beams']),
      )
      .addOption(
        new Option('--beams <n>', 'beam search; without it the likeliest token is taken at each step')
          .argParser(wholeNumber(1))
          .conflicts(['temperature', 'topK', 'topP', 'seed']),
      )
      .option(
        '--temperature <t>',
        'draw tokens; above 1 flatter, below 1 sharper',
        numberAbove(0, Number.POSITIVE_INFINITY),
      )
      .option('--top-k <k>', 'draw from the k likeliest tokens', wholeNumber(1))
      .option(
        '--top-p <p>',
        'draw from the likeliest tokens that together have probability p',
        numberAbove(0, 1),
      )
      .option('--seed <s>', 'of drawing (default: 0)', wholeNumber(0))
      .addOption(new Option('--provider <provider>', 'execution provider').choices(PROVIDERS).default('cpu'))
      .addOption(
        new Option(
          '--pixels <rule>',
          'which pixels pictures have: as a viewer shows them, or as Pillow reads them (no EXIF turn, no colour profile, alpha dropped)',
        )
          .choices(['shown', 'pillow'])
          .default('shown'),
      )
      .option('--json', 'print the result as JSON, when it is complete')
      .action((folder: string | undefined, flags: RunFlags) =>
        run((context) => runModel(folder, flags, context)),
      );
  },
};

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
  const examples = await buildPrompt(flags);
  const folder = given ?? (await defaultModel(context));
  const [{ loadFlamingo }, { dialogueOf }] = await Promise.all([
    import('../../runtime/load-flamingo.ts'),
    import('../../runtime/prompt/dialogue-of.ts'),
  ]);
  const ways = await projectWays(folder);
  const model = await whileWaiting(context.report, 'Loading the model', () =>
    loadFlamingo(folder, { provider: flags.provider, pixels: flags.pixels, ways }),
  );
  try {
    const { origin, seed } = model.manifest.parameters;
    if (origin !== 'loaded') {
      const part = origin === 'mixed' ? 'Some of the weights are' : 'The weights are';
      context.report.note(`${part} drawn from seed ${seed}, not trained: the answer means nothing.`);
    }
    const { dialogue } = model.manifest.language;
    const prompt =
      flags.dialogue && dialogue?.tuned === true ? dialogueOf(examples, dialogue.assistant) : examples;
    if (flags.choices !== undefined) await rank(model, prompt, flags.choices.split('|'), flags, context);
    else await answer(model, prompt, flags, context);
    return EXIT.ok;
  } finally {
    await model.close();
  }
}

async function whileWaiting<R>(report: Report, label: string, work: () => Promise<R>): Promise<R> {
  const waiting = report.waiting(label);
  try {
    return await work();
  } finally {
    waiting.stop();
  }
}

async function buildPrompt({ shot = [], image = [], text, frames }: RunFlags): Promise<FewShotPrompt> {
  const shots: Shot[] = [];
  for (const { image, text } of shot)
    shots.push({ ...(image === undefined ? {} : await pictures([image], frames)), text });
  return { shots, query: { ...(await pictures(image, frames)), text } };
}

/** One picture, several, or one video. What is wrong with a file is said where it is read. */
async function pictures(files: readonly string[], frames: number | undefined): Promise<Pictures> {
  const [first] = files;
  const videos: string[] = [];
  for (const file of files) if (await isVideo(file)) videos.push(file);
  const [video] = videos;
  if (video !== undefined) {
    if (files.length === 1) return frames === undefined ? { video } : { video, frames };
    throw new UserError(`${video} is a video, which cannot stand beside other pictures: give it alone.`);
  }
  return files.length === 1 && first !== undefined ? { image: first } : { images: files };
}

async function isVideo(file: string): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  if (status?.isDirectory() === true) return true;
  const { mayMove } = await import('../../runtime/images/may-move.ts');
  if (!(await mayMove(file).catch(() => false))) return false;
  const { readHeader } = await import('../../runtime/images/decode.ts');
  const header = await readHeader(file).catch(() => undefined);
  return header !== undefined && header.frames > 1;
}

async function answer(
  model: FlamingoModel,
  prompt: Prompt,
  flags: RunFlags,
  context: CommandContext,
): Promise<void> {
  const { report } = context;
  const { beams, temperature, topK, topP, seed, maxNewTokens, stop, json } = flags;
  const length = maxNewTokens === undefined ? {} : { maxNewTokens };
  if (beams !== undefined && beams > 1) {
    const generation = await watched(context, (request) =>
      model.generate(prompt, { ...length, beams, ...request }),
    );
    if (json) printJson(model, generation, report);
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
    model.generate(prompt, {
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
    printJson(model, generation, report);
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
  prompt: Prompt,
  choices: readonly string[],
  { json }: RunFlags,
  context: CommandContext,
): Promise<void> {
  const { report } = context;
  const scores = await watched(context, (request) =>
    model.score(prompt, choices, { normalise: 'none', ...request }),
  );
  const ranked = [...scores].sort((a, b) => b.score - a.score);
  if (json) {
    printJson(model, { normalised: 'none', choices: ranked }, report);
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

/** Makes a request that Ctrl-C stops, and shows how far it is: images first, then whatever the model takes to begin. */
async function watched<R>(
  { report, signal }: CommandContext,
  make: (request: Abortable, stopWatching: () => void) => Promise<R>,
): Promise<R> {
  const waiting = report.waiting('Reading the prompt');
  const images = report.progress('Encoding images');
  const stopWatching = () => {
    waiting.stop();
    images.stop();
  };
  const onProgress = ({ done, total }: ProgressEvent) => {
    waiting.stop();
    images.update(done, total);
  };
  try {
    return await make({ signal, onProgress }, stopWatching);
  } finally {
    stopWatching();
  }
}

function printJson(model: FlamingoModel, result: object, report: Report): void {
  const {
    parameters,
    model: { name },
  } = model.manifest;
  report.result(JSON.stringify({ model: name, weights: parameters.origin, ...result }, undefined, 2));
}
