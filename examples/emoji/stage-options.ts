import type { InitialWeights, Schedule } from '../../models/index.ts';

/** What every stage's recipe says for itself. */
export interface StageOptions {
  readonly name: string;
  readonly steps: number;
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Weights to begin from; files as a recipe in `recipes/` would name them. Default none: from random ones. */
  readonly initialFrom?: readonly InitialWeights[];
}
