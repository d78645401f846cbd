import pLimit from 'p-limit';
import { AnswerText } from '../generate/answer-text.ts';
import type { PreparedPrompt } from '../generate/language-model.ts';
import { createSearch, type GenerateSettings, tokensOf } from '../generate/options.ts';
import type { Scheduler } from '../generate/scheduler/scheduler.ts';
import type { Hypothesis } from '../generate/search/search.ts';
import { SingleAnswer } from '../generate/search/single-answer.ts';
import type { WholeAnswers } from '../generate/whole-answers.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { Answer, Asked, Generation, RequestOptions, TokenEvent } from './protocol.ts';

export type AnswerOptions = RequestOptions & {
  /** Prompts of the call that are answered side by side, default 8. */
  readonly batchSize?: number;
  readonly onToken?: (event: TokenEvent) => void;
};

/** What answers a prompt. */
export type Answering = {
  readonly tokenizer: Tokenizer;
  readonly scheduler: Scheduler;
  /** What writes whole answers, where that is chosen. */
  readonly whole?: WholeAnswers | undefined;
  prepare(prompt: Asked, newTokens: number, request: RequestOptions): Promise<PreparedPrompt>;
};

/**
 * Answers the prompts of one call, so many at a time, beside those of other calls.
 *
 * @throws what the first of them that cannot be answered throws; the others are stopped
 */
export async function answerPrompts(
  prompts: readonly Asked[],
  settings: GenerateSettings,
  answering: Answering,
  { batchSize = 8, ...request }: AnswerOptions,
): Promise<Generation[]> {
  const failed = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, failed.signal]) : failed.signal;
  const turns = pLimit(batchSize);
  const answers = prompts.map((prompt, index) =>
    turns(() => answerPrompt(prompt, index, settings, answering, { ...request, signal })).catch(
      (error: unknown) => {
        failed.abort();
        throw error;
      },
    ),
  );
  await Promise.allSettled(answers);
  return Promise.all(answers);
}

async function answerPrompt(
  prompt: Asked,
  index: number,
  settings: GenerateSettings,
  { tokenizer, scheduler, whole, prepare }: Answering,
  { onToken, ...request }: Omit<AnswerOptions, 'batchSize'>,
): Promise<Generation> {
  const { beams, maxNewTokens, stop } = settings;
  const text = new AnswerText(tokenizer.stream(), stop);
  const take = (token: number, logProbability: number, last: boolean) => {
    const { piece, stopped } = text.push(token, last);
    onToken?.({ prompt: index, token, logProbability, text: piece });
    return stopped;
  };
  const { signal } = request;
  const prepared = () => prepare(prompt, maxNewTokens, request);
  const hypotheses =
    whole !== undefined && beams === 1
      ? [
          await whole.answer({
            ...{ prepare: prepared, settings, signal },
            answer: new SingleAnswer({ ends: tokensOf(tokenizer.special).ends, maxNewTokens, onToken: take }),
            listens: onToken !== undefined || stop.length > 0,
          }),
        ]
      : await scheduler.answer({
          ...{ prepare: prepared, rows: beams, newTokens: maxNewTokens, signal },
          search: createSearch(settings, tokenizer.special, take),
        });
  return generationOf(hypotheses, (tokens) => (beams > 1 ? tokenizer.decode(tokens) : text.text));
}

function generationOf(
  hypotheses: readonly Hypothesis[],
  textOf: (tokens: readonly number[]) => string,
): Generation {
  const answers = hypotheses.map(
    ({ tokens, logProbabilities, score, finish }): Answer => ({
      text: textOf(tokens),
      tokens,
      finish,
      scores: logProbabilities,
      score,
    }),
  );
  const [
    best = { text: '', tokens: [], finish: 'aborted', scores: [], score: 0 } satisfies Answer,
    ...alternatives
  ] = answers;
  return { ...best, alternatives };
}
