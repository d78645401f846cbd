import pLimit from 'p-limit';
import type { FlamingoModel } from '../../../model.ts';
import type { FewShotPrompt, Prompt } from '../../../prompt/prompt.ts';
import type { ChoiceScore } from '../../../score-choices.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Outcome } from './outcome.ts';
import type { PicturesOf } from './pictures-of.ts';
import { dialoguePrompt, fewShotPrompt, type Question } from './prompts.ts';
import type { Settings } from './settings.ts';

/** What a benchmark asks of a model. */
export type BenchmarkModel = Pick<
  FlamingoModel,
  'generateBatch' | 'score' | 'scoreEnsemble' | 'encodeImages'
>;

/** How a run asks. */
export interface Asking {
  readonly model: BenchmarkModel;
  readonly benchmark: Benchmark;
  readonly settings: Settings;
  /** What is made of a written answer. */
  afterwards(answer: string): string;
  readonly picturesOf: PicturesOf;
  readonly signal?: AbortSignal | undefined;
}

/** Questions with choices that wait at the model's door at a time: enough to keep it busy. */
const ASKED_AT_ONCE = 4;

/** A question as it is put to the model. */
export function promptOf({ benchmark, settings, picturesOf }: Asking, question: Question): Promise<Prompt> {
  const form = benchmark.form[settings.protocol];
  return settings.assistant === null
    ? fewShotPrompt(question, form, picturesOf)
    : dialoguePrompt(question, form, picturesOf);
}

/** Asks a model a batch of questions. */
export function ask(asking: Asking, questions: readonly Question[]): Promise<readonly Outcome[]> {
  return asking.benchmark.answering.kind === 'written' ? write(asking, questions) : choose(asking, questions);
}

async function write(asking: Asking, questions: readonly Question[]): Promise<readonly Outcome[]> {
  const { model, settings, signal, afterwards } = asking;
  const { beams, maxNewTokens } = settings;
  const prompts = await Promise.all(questions.map((question) => promptOf(asking, question)));
  const common = { maxNewTokens, batchSize: questions.length, ...(signal && { signal }) };
  const answers = await (beams > 1
    ? model.generateBatch(prompts, { ...common, beams })
    : model.generateBatch(prompts, common));
  return questions.map((question, index) => {
    const written = answers[index]?.text ?? '';
    const answer = afterwards(written);
    return { ...outcomeOf(question, answer), ...(written !== answer && { written }) };
  });
}

async function choose(asking: Asking, questions: readonly Question[]): Promise<readonly Outcome[]> {
  const { benchmark, settings } = asking;
  const turn = pLimit(ASKED_AT_ONCE);
  const { gap } = benchmark.form[settings.protocol];
  return Promise.all(
    questions.map((question) =>
      turn(async () => {
        const { choices = [] } = question.item;
        const scores = await scoresOf(
          asking,
          question,
          choices.map((choice) => `${gap}${choice}`),
        );
        const best = scores.reduce(
          (a, b, index) => (b.score > (scores[a]?.score ?? -Infinity) ? index : a),
          0,
        );
        return {
          ...outcomeOf(question, choices[best] ?? ''),
          ...(benchmark.metric.needsScores && { scores: scores.map(({ score }) => score) }),
        };
      }),
    ),
  );
}

async function scoresOf(
  asking: Asking,
  question: Question,
  choices: readonly string[],
): Promise<readonly ChoiceScore[]> {
  const { model, settings, signal } = asking;
  const { normalise, endOfChunk, ensemble } = settings;
  const options = { normalise, endOfChunk, ...(signal && { signal }) };
  const prompt = await promptOf(asking, question);
  if (ensemble === 1 || !isFewShot(prompt)) return model.score(prompt, choices, options);
  return model.scoreEnsemble(prompt, choices, { ...options, orders: ensemble, seed: question.seed });
}

function isFewShot(prompt: Prompt): prompt is FewShotPrompt {
  return 'query' in prompt;
}

function outcomeOf({ shots, seed, item, examples }: Question, answer: string): Outcome {
  return { shots, seed, id: item.id, examples: examples.map(({ id }) => id), answer };
}
