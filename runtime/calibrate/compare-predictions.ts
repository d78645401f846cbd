import type { Calibration } from '../../artifact/manifest.ts';
import type { Engine } from '../engine.ts';
import type { TaskPiece, TaskPrompt } from '../evaluate/task.ts';
import type { FewShotPrompt } from '../prompt/prompt.ts';

/** What is asked of the two models. */
export type Predictor = Pick<Engine, 'predictions'>;

export type Comparison = Omit<Calibration, 'file'>;

export interface ComparisonOptions {
  readonly signal?: AbortSignal;
  /** Told after each prompt how many are done, and of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Compares what two models predict after every token of the same prompts.
 *
 * @param reference whose distributions the divergence is measured from
 * @throws UserError for a prompt that a model cannot take; the signal's reason when aborted
 */
export async function comparePredictions(
  reference: Predictor,
  model: Predictor,
  prompts: readonly TaskPrompt[],
  { signal, onProgress }: ComparisonOptions = {},
): Promise<Comparison> {
  let predictions = 0;
  let divergence = 0;
  let agreed = 0;
  for (const [done, prompt] of prompts.entries()) {
    signal?.throwIfAborted();
    const shown = promptOf(prompt);
    const expected = await reference.predictions(shown);
    const found = await model.predictions(shown);
    for (const [token, exact] of expected.entries()) {
      const other = found[token];
      if (other === undefined) throw new Error('the two models read different tokens');
      divergence += klDivergence(exact, other);
      if (likeliest(exact) === likeliest(other)) agreed++;
      predictions++;
    }
    onProgress?.(done + 1, prompts.length);
  }
  return {
    prompts: prompts.length,
    predictions,
    divergence: divergence / predictions,
    agreement: agreed / predictions,
  };
}

/**
 * Kullback-Leibler divergence of a distribution from another, in nats: the sum of p log(p / q).
 *
 * @param p log-probabilities of the one that is true
 * @param q log-probabilities of the one that stands for it
 */
export function klDivergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (const [token, logProbability] of p.entries()) {
    if (logProbability > -Infinity)
      sum += Math.exp(logProbability) * (logProbability - (q[token] ?? -Infinity));
  }
  // Of nearly equal distributions rounding may leave less than nothing.
  return Math.max(0, sum);
}

function likeliest(logProbabilities: Float64Array): number {
  return logProbabilities.reduce(
    (best, value, token) => (value > (logProbabilities[best] ?? -Infinity) ? token : best),
    0,
  );
}

function promptOf({ shots, query }: TaskPrompt): FewShotPrompt {
  const pieceOf = ({ images, text }: TaskPiece) => ({ images, text });
  return { shots: shots.map(pieceOf), query: pieceOf(query) };
}
