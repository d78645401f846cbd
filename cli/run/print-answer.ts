import { generationMode } from '../../runtime/generation-mode.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { CommandContext } from '../command.ts';
import type { Report } from '../report.ts';
import type { AskedQuestion } from './asked-question.ts';
import { unexpectedWarning } from './print-profile.ts';
import type { RunFlags } from './run-flags.ts';
import { watched } from './watched.ts';

/** Writes an answer as it comes; as JSON, or with beams, when it is complete. */
export async function printAnswer(
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

/** Writes the choices, the likeliest first. */
export async function printRanking(
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
