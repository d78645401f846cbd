import {
  dialogueOf,
  type FewShotPrompt,
  type FlamingoModel,
  type Prompt,
} from '../../../runtime/web/index.ts';
import type { Outcome, Picture, State } from './state.ts';

/** The prompt that a state shows: examples that are on, in their order, then the question. */
function promptOf({ examples, query }: Pick<State, 'examples' | 'query'>): FewShotPrompt {
  const withPicture = (picture: Picture | undefined) =>
    picture === undefined ? {} : { image: picture.bytes };
  return {
    shots: examples
      .filter(({ on, picture, text }) => on && (picture !== undefined || text !== ''))
      .map(({ picture, text }) => ({ ...withPicture(picture), text })),
    query: { ...withPicture(query.picture), ...(query.text !== '' && { text: query.text }) },
  };
}

/**
 * Asks a model what a state shows.
 *
 * @param tell told of every step
 */
export async function ask(
  model: FlamingoModel,
  state: State,
  signal: AbortSignal,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const shown = promptOf(state);
  const { dialogue } = model.manifest.language;
  const prompt: Prompt = dialogue?.tuned ? dialogueOf(shown, dialogue.assistant) : shown;
  const began = performance.now();
  const since = () => performance.now() - began;
  if (state.mode === 'choices') {
    const choices = choicesOf(state.choices);
    tell({ kind: 'answering', text: '' });
    const scores = await model.score(prompt, choices, { normalise: 'tokens', signal });
    const whole = since();
    tell({ kind: 'scored', scores, times: { first: whole, whole, tokens: 0 } });
    return;
  }
  let text = '';
  let first: number | undefined;
  tell({ kind: 'answering', text });
  const { maxNewTokens, temperature } = state;
  const answer = await model.generate(prompt, {
    maxNewTokens,
    ...(temperature > 0 && { temperature, seed: Math.floor(Math.random() * 2 ** 31) }),
    signal,
    onToken: (event) => {
      first ??= since();
      text += event.text;
      tell({ kind: 'answering', text });
    },
  });
  const whole = since();
  tell({
    kind: 'answered',
    text: answer.text.trim(),
    times: { first: first ?? whole, whole, tokens: answer.tokens.length },
    probability: Math.exp(answer.score),
    stopped: answer.finish === 'aborted',
  });
}

/** One to a line. */
export function choicesOf(lines: string): readonly string[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
