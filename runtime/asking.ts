import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import type { BeamOptions, GenerateOptions, GreedyOptions, SamplingOptions } from './generate/options.ts';
import type { ChoiceScore } from './score-choices.ts';
import type { WorkerClient } from './worker/client.ts';
import type { Asked, Generation, ProgressEvent, ScoreOptions, TokenEvent } from './worker/protocol.ts';

export type Abortable = {
  /** Stops the request between two steps. */
  readonly signal?: AbortSignal;
  /** Told how many of a prompt's images and videos are encoded, now and then where there are many. */
  readonly onProgress?: (event: ProgressEvent) => void;
};

type Listening = {
  /** Told of each token as it is chosen. */
  readonly onToken?: (event: TokenEvent) => void;
};

/** Options of one answer. */
export type AnswerOptions =
  | ((GreedyOptions | SamplingOptions) & Abortable & Listening)
  | (BeamOptions & Abortable);

/** Options of an answer whose tokens are told as they come. */
export type StreamOptions = (GreedyOptions | SamplingOptions) & Abortable;

export type BatchOptions = GenerateOptions & Abortable & Listening & { readonly batchSize?: number };

/** Asks several questions, and gives their answers in the same order. */
export async function generateAll(
  client: WorkerClient,
  asked: readonly Asked[],
  options: BatchOptions,
): Promise<Generation[]> {
  checkArgument('the options of generation', schemas.generateOptions, options);
  const { signal, onToken, onProgress, batchSize = 8, ...rest } = options;
  const call = {
    method: 'generate',
    prompts: asked,
    options: rest,
    stream: onToken !== undefined,
    batchSize,
  } as const;
  return client.call<'generate'>(call, { signal, onToken, onProgress });
}

/** Asks one question. */
export async function generateOne(
  client: WorkerClient,
  asked: Asked,
  options: AnswerOptions,
): Promise<Generation> {
  checkArgument('the options of generation', schemas.generateOptions, options);
  const [answer] = await generateAll(client, [asked], { ...options, batchSize: 1 });
  if (answer === undefined) throw new Error('the worker gave no answer');
  return answer;
}

/** Asks one question, and tells the tokens of the answer as they are chosen. */
export async function* streamTokens(
  client: WorkerClient,
  asked: Asked,
  options: StreamOptions,
): AsyncGenerator<TokenEvent, Generation, undefined> {
  checkArgument('the options of generation', schemas.generateOptions, options);
  const { signal, ...rest } = options;
  const left = new AbortController();
  const events: TokenEvent[] = [];
  let wake = () => {};
  let result: Generation | undefined;
  let failure: unknown;
  const done = generateOne(client, asked, {
    ...rest,
    signal: signal ? AbortSignal.any([signal, left.signal]) : left.signal,
    onToken: (event) => {
      events.push(event);
      wake();
    },
  })
    .then(
      (generation) => {
        result = generation;
      },
      (error: unknown) => {
        failure = error ?? new Error('generation failed');
      },
    )
    .finally(() => wake());
  try {
    for (;;) {
      const event = events.shift();
      if (event) yield event;
      else if (failure !== undefined) throw failure;
      else if (result !== undefined) return result;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    left.abort();
    await done;
  }
}

/** Ranks choices after what is asked. */
export function scoreChoices(
  client: WorkerClient,
  asked: Asked,
  choices: readonly string[],
  options: ScoreOptions & Abortable,
): Promise<ChoiceScore[]> {
  checkArgument('the list of choices', schemas.choices, choices);
  checkArgument('the options of score', schemas.scoreOptions, options);
  const { signal, onProgress, ...rest } = options;
  return client.call<'score'>(
    { method: 'score', prompt: asked, choices, options: rest },
    { signal, onProgress },
  );
}
