import { decays, type PlannedParameter, PORTS } from '../../../artifact/training-plan.ts';
import type { Tensor } from '../../onnx-runtime.ts';
import type { TrainingState } from '../training-state.ts';
import type { AdamW } from './adamw.ts';
import type { Optimizer, StepNumbers } from './optimizer.ts';

/** The step graph gives gradients, by which the state is updated in place. */
export class OptimizerOnHost implements Optimizer {
  readonly #state: TrainingState;
  readonly #adamW: AdamW;
  readonly #learned: readonly PlannedParameter[];
  readonly #gradients: readonly Float32Array[];
  /** Of running statistics, which the graph sets: what they will be. */
  readonly #set: Map<string, Float32Array>;
  #gradientNorm = Number.NaN;

  constructor(state: TrainingState, parameters: readonly PlannedParameter[], adamW: AdamW) {
    this.#state = state;
    this.#adamW = adamW;
    const sizeOf = ({ name }: PlannedParameter) => state.at(PORTS.value(name)).length;
    this.#learned = parameters.filter(({ moments = true }) => moments);
    this.#gradients = this.#learned.map((parameter) => adamW.allocate(sizeOf(parameter)));
    this.#set = new Map(
      parameters
        .filter(({ moments = true }) => !moments)
        .map((parameter) => [PORTS.value(parameter.name), new Float32Array(sizeOf(parameter))]),
    );
  }

  feeds(): Record<string, Tensor> {
    return this.#state.values();
  }

  fetches(): Record<string, Tensor> {
    const gradients = this.#learned.map(({ name }, index) => {
      const values = this.#gradients[index] ?? new Float32Array();
      return [PORTS.gradient(name), this.#state.tensor(PORTS.value(name), values)] as const;
    });
    const set = [...this.#set].map(
      ([port, values]) => [PORTS.updated(port), this.#state.tensor(port, values)] as const,
    );
    return Object.fromEntries([...gradients, ...set]);
  }

  gradientNorms(): readonly number[] {
    this.#gradientNorm = this.#adamW.globalNorm(this.#gradients);
    return [this.#gradientNorm];
  }

  commit({ learningRates: [learningRate = 0], first }: StepNumbers): void {
    const learned = this.#learned.map((parameter, index) => ({
      value: this.#state.at(PORTS.value(parameter.name)),
      firstMoment: this.#state.at(PORTS.firstMoment(parameter.name)),
      secondMoment: this.#state.at(PORTS.secondMoment(parameter.name)),
      gradient: this.#gradients[index] ?? new Float32Array(),
      decays: decays(parameter),
    }));
    this.#adamW.step(learned, { learningRate, step: first + 1, gradientNorm: this.#gradientNorm });
    for (const [port, values] of this.#set) this.#set.set(port, this.#state.exchange(port, values));
  }
}
