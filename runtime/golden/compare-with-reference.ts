import type { Engine } from '../engine.ts';
import { decode } from '../generate/decode.ts';
import type { PreparedPrompt } from '../generate/language-model.ts';
import { createSearch, type GenerateOptions, parseGenerateOptions } from '../generate/options.ts';
import type { Hypothesis } from '../generate/search/search.ts';
import { type Difference, difference, largestDifference } from './difference.ts';
import type { GoldenPrompt, GoldenReference } from './golden-reference.ts';
import { misfits, misplacedPictures } from './misfits.ts';

/** How a compiled model compares with what its original gave. */
export interface GoldenComparison {
  /** Each prompt alone, every place of it. Undefined where the model does not fit the reference at all. */
  readonly prefill?: Difference;
  /** All prompts in one padded batch, the last place of each. */
  readonly batch?: Difference;
  /** The further tokens, one at a time on the batch's cache. Undefined where the reference has none. */
  readonly steps?: Difference;
  /** The largest of these, as a share of the largest log-probability. */
  readonly largestError?: number;
  /** Tokens of greedy answers that were compared, both in a batch and alone. */
  readonly greedyTokens: number;
  /** Answers of beam search that were compared. */
  readonly beams: number;
  /** What is not as in the reference, a sentence each. */
  readonly problems: readonly string[];
}

export interface GoldenOptions {
  /** The largest difference that passes, as a share of the largest log-probability expected. */
  readonly tolerance: number;
  /** Asked between parts of the comparison. */
  readonly signal?: AbortSignal;
}

/** What is compared: a loaded model's tokenizer, vision graph and language graph. */
export type ComparedModel = Pick<Engine, 'manifest' | 'tokenizer' | 'way' | 'media' | 'language'>;

/**
 * Compares a compiled model with what its original gave: ids of special tokens; log-probabilities of prompts alone, in
 * a padded batch and continued on the cache; greedy answers in a batch and alone; beams with their scores.
 *
 * @throws UserError for scores that are not numbers; the signal's reason when aborted
 */
export async function compareWithReference(
  model: ComparedModel,
  reference: GoldenReference,
  { tolerance, signal }: GoldenOptions,
): Promise<GoldenComparison> {
  const unfit = misfits(model, reference);
  if (unfit.length > 0) return { greedyTokens: 0, beams: 0, problems: unfit };
  const problems: string[] = [];
  const prompts: PreparedPrompt[] = [];
  for (const prompt of reference.prompts) {
    signal?.throwIfAborted();
    prompts.push({ tokens: prompt.tokens, media: await encoded(model, reference, prompt) });
  }
  const misplaced = misplacedPictures(model, prompts);
  if (misplaced.length > 0) return { greedyTokens: 0, beams: 0, problems: misplaced };
  const prefill = largestDifference(await prefillAlone(model, reference, prompts, signal));
  const { batch, steps } = await paddedBatch(model, reference, prompts, signal);
  const worst = largestDifference([prefill, batch, steps].flatMap((each) => each ?? []));
  if (worst !== undefined && !(worst.error <= tolerance * worst.largestExpected)) {
    problems.push(
      `log-probabilities differ by ${worst.error.toExponential(2)}, where ${(tolerance * worst.largestExpected).toExponential(2)} passes (${worst.where}, token ${worst.index}: ${worst.found} instead of ${worst.expected})`,
    );
  }
  const greedy = await greedyProblems(model, reference, prompts, signal);
  const beams = await beamProblems(model, reference, prompts, {
    tolerance,
    largest: worst?.largestExpected ?? 0,
    ...(signal && { signal }),
  });
  return {
    ...(prefill && { prefill }),
    ...(batch && { batch }),
    ...(steps && { steps }),
    ...(worst && { largestError: worst.error / worst.largestExpected }),
    greedyTokens: (reference.greedy ?? []).reduce((sum, row) => sum + row.length, 0),
    beams: reference.beams.reduce((sum, { answers }) => sum + answers.length, 0),
    problems: [...problems, ...greedy, ...beams],
  };
}

function encoded(
  { media }: ComparedModel,
  { pictures, frames }: GoldenReference,
  prompt: GoldenPrompt,
): ReturnType<ComparedModel['media']['encodePixels']> {
  return media.encodePixels(
    prompt.pictures.map((index) => ({
      key: `${index}`,
      pixels: pictures[index] ?? new Float32Array(),
      frames,
    })),
  );
}

async function prefillAlone(
  { language }: ComparedModel,
  reference: GoldenReference,
  prompts: readonly PreparedPrompt[],
  signal: AbortSignal | undefined,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const [row, prompt] of prompts.entries()) {
    signal?.throwIfAborted();
    const found = await language.predictions(prompt);
    for (const [place, each] of found.entries())
      differences.push(
        difference(each, expectedAt(reference, row, place), `prompt ${row} alone, place ${place}`),
      );
  }
  return differences;
}

async function paddedBatch(
  { language }: ComparedModel,
  reference: GoldenReference,
  prompts: readonly PreparedPrompt[],
  signal: AbortSignal | undefined,
): Promise<{ batch: Difference | undefined; steps: Difference | undefined }> {
  const lengthOf = (row: number) => prompts[row]?.tokens.length ?? 0;
  const { next, text } = await language.prefill(prompts, reference.steps.length);
  try {
    const batch = next.map((each, row) =>
      difference(each, expectedAt(reference, row, lengthOf(row) - 1), `prompt ${row} in a padded batch`),
    );
    const steps: Difference[] = [];
    for (const [step, tokens] of reference.steps.entries()) {
      signal?.throwIfAborted();
      const found = await language.continue(
        text,
        tokens.map((token) => [token]),
      );
      for (const [row, each] of found.entries()) {
        const expected = expectedAt(reference, row, lengthOf(row) + step);
        steps.push(difference(each, expected, `step ${step} of prompt ${row}`));
      }
    }
    return { batch: largestDifference(batch), steps: largestDifference(steps) };
  } finally {
    text.release();
  }
}

function expectedAt({ prompts }: GoldenReference, row: number, place: number): Float32Array {
  return prompts[row]?.logProbabilities[place] ?? new Float32Array();
}

async function greedyProblems(
  model: ComparedModel,
  { greedy = [] }: GoldenReference,
  prompts: readonly PreparedPrompt[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const maxNewTokens = greedy[0]?.length ?? 0;
  if (maxNewTokens === 0) return [];
  const options = { maxNewTokens };
  const problems: string[] = [];
  const check = (how: string, row: number, [best]: readonly Hypothesis[]) => {
    const found = filled(model, best?.tokens ?? [], maxNewTokens);
    const expected = greedy[row] ?? [];
    if (!sameTokens(found, expected))
      problems.push(
        `the greedy answer to prompt ${row} ${how} is ${found.join(' ')} instead of ${expected.join(' ')}`,
      );
  };
  const batch = await answers(model, prompts, options, signal);
  for (const [row, found] of batch.entries()) check('in a batch', row, found);
  for (const [row, prompt] of prompts.entries()) {
    const [found = []] = await answers(model, [prompt], options, signal);
    check('alone', row, found);
  }
  return problems;
}

async function beamProblems(
  model: ComparedModel,
  reference: GoldenReference,
  prompts: readonly PreparedPrompt[],
  { tolerance, largest, signal }: GoldenOptions & { readonly largest: number },
): Promise<string[]> {
  const problems: string[] = [];
  for (const { prompt, width, answers: expected } of reference.beams) {
    const prepared = prompts[prompt];
    const maxNewTokens = expected[0]?.tokens.length ?? 0;
    if (prepared === undefined || maxNewTokens === 0) continue;
    const [found = []] = await answers(model, [prepared], { beams: width, maxNewTokens }, signal);
    for (const [index, { tokens, score }] of expected.entries()) {
      const beam = found[index];
      const own = filled(model, beam?.tokens ?? [], maxNewTokens);
      const ownScore = beam?.score ?? Number.NaN;
      const name = `beam ${index} of prompt ${prompt}`;
      if (!sameTokens(own, tokens)) {
        problems.push(
          `${name} is ${own.join(' ')} (${ownScore.toFixed(4)}) instead of ${tokens.join(' ')} (${score.toFixed(4)})`,
        );
      } else if (!(Math.abs(ownScore - score) <= tolerance * Math.max(largest, Math.abs(score))))
        problems.push(`the score of ${name} is ${ownScore} instead of ${score}`);
    }
  }
  return problems;
}

function answers(
  { language, tokenizer }: ComparedModel,
  prompts: readonly PreparedPrompt[],
  options: GenerateOptions,
  signal: AbortSignal | undefined,
): Promise<Hypothesis[][]> {
  signal?.throwIfAborted();
  const settings = parseGenerateOptions(options);
  return decode(
    language,
    prompts,
    prompts.map(() => createSearch(settings, tokenizer.special)),
    settings,
  );
}

/** An answer as references have it: filled up with padding after the token that ended it. */
function filled({ tokenizer }: ComparedModel, tokens: readonly number[], length: number): readonly number[] {
  return [...tokens, ...Array.from({ length: length - tokens.length }, () => tokenizer.special.padding)];
}

function sameTokens(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((token, index) => token === b[index]);
}
