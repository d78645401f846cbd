import type { Trainer, TrainerOptions } from './trainer.ts';

/** The methods of a trainer that may be called from another thread. */
export type TrainerMethod = 'step' | 'evaluate' | 'save' | 'exportWeights' | 'close';
export type TrainerArguments<M extends TrainerMethod> = Parameters<Trainer[M]>;
export type TrainerReturns<M extends TrainerMethod> = Awaited<ReturnType<Trainer[M]>>;

export type TrainerRequest =
  | { readonly id: number; readonly method: 'open'; readonly parameters: readonly [TrainerOptions] }
  | {
      [M in TrainerMethod]: {
        readonly id: number;
        readonly method: M;
        readonly parameters: TrainerArguments<M>;
      };
    }[TrainerMethod];
