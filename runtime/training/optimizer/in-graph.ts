import { PORTS } from '../../../artifact/training-plan.ts';
import type { Tensor } from '../../onnx-runtime.ts';
import { float32Feed, tensorOf } from '../feed.ts';
import type { TrainingState } from '../training-state.ts';
import type { Optimizer, StepNumbers } from './optimizer.ts';

/** The step graph updates the state: each array has a second one, with which it takes turns. */
export class OptimizerInGraph implements Optimizer {
  readonly #state: TrainingState;
  readonly #stacked: boolean;
  readonly #next: Map<string, Float32Array>;

  /** @param stacked whether learning rates have a leading axis of steps */
  constructor(state: TrainingState, stacked: boolean) {
    this.#state = state;
    this.#stacked = stacked;
    this.#next = new Map(state.ports.map((port) => [port, new Float32Array(state.at(port).length)]));
  }

  feeds({ learningRates }: StepNumbers): Record<string, Tensor> {
    const shape = this.#stacked ? [learningRates.length] : [];
    return {
      ...this.#state.tensors(this.#state.ports),
      [PORTS.learningRate]: tensorOf(float32Feed(learningRates, shape)),
    };
  }

  fetches(): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.#next].map(([port, values]) => [PORTS.updated(port), this.#state.tensor(port, values)]),
    );
  }

  gradientNorms({ [PORTS.gradientNorm]: norms }: Readonly<Record<string, Tensor>>): readonly number[] {
    if (!(norms?.data instanceof Float32Array)) throw new Error('the step graph gives no norm of gradients');
    return [...norms.data];
  }

  commit(): void {
    for (const [port, values] of this.#next) this.#next.set(port, this.#state.exchange(port, values));
  }
}
