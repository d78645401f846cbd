import type { BenchmarkItem } from './item.ts';
import type { Resources } from './resources.ts';

/** An item and what the model made of it. */
export interface Answered {
  readonly item: BenchmarkItem;
  /** Written, after the benchmark's rule; or the choice of the highest score. */
  readonly answer: string;
  /** Of every choice, the higher the better; where the metric needs them. */
  readonly scores?: readonly number[];
}

/** How a benchmark's answers are scored. */
export interface BenchmarkMetric {
  readonly name: string;
  /** Whether it needs the scores of all choices, and not only the best one. */
  readonly needsScores: boolean;
  /** Looks for what it needs besides the data, before anything is asked. @throws UserError that says what is missing */
  check?(resources: Resources): Promise<void>;
  /**
   * The split's score, from 0 up, 1 the best of all but CIDEr (10), and each item's where the score is their mean.
   *
   * @throws UserError for what it cannot score
   */
  score(answered: readonly Answered[], resources: Resources): Promise<MetricScore>;
}

export interface MetricScore {
  readonly score: number;
  readonly scores?: readonly number[];
}
