import { createHash } from 'node:crypto';
import { type PlannedParameter, PORTS } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile, TensorToWrite } from '../../artifact/weights/safetensors.ts';
import { Tensor } from '../onnx-runtime.ts';

/** What a checkpoint calls the arrays of one parameter, in the order of the step graph's inputs. */
const STORED = ['parameters', 'first_moment', 'second_moment'] as const;

/** Two equally large arrays that take turns: a step reads one and writes the other. */
interface Pair {
  readonly stored: string;
  readonly shape: readonly number[];
  current: Float32Array;
  next: Float32Array;
}

/**
 * The learned parameters and their moments. Memory is allocated once; the step graph writes straight into it. Until
 * `commit`, the state is the one before the step: a step that fails changes nothing.
 */
export class TrainingState {
  /** By the names of the step graph's inputs. */
  readonly #pairs = new Map<string, Pair>();
  readonly #names: readonly string[];

  constructor(parameters: readonly PlannedParameter[]) {
    this.#names = parameters.map(({ name }) => name);
    for (const { name, shape, moments = true } of parameters) {
      const size = shape.reduce((product, each) => product * each, 1);
      for (const [index, port] of portsOf(name, moments).entries()) {
        const stored = `${STORED[index]}.${name}`;
        this.#pairs.set(port, {
          stored,
          shape,
          current: new Float32Array(size),
          next: new Float32Array(size),
        });
      }
    }
  }

  /**
   * Takes all values from a checkpoint.
   *
   * @throws UserError for a file that lacks one or is damaged
   */
  async load(file: SafetensorsFile): Promise<void> {
    for (const { stored, current } of this.#pairs.values()) {
      const values = await file.readFloat32(stored);
      if (values.length !== current.length) {
        throw new UserError(
          `Tensor '${stored}' of ${file.path} has ${values.length} values, but the recipe's parameter has ${current.length}.`,
        );
      }
      current.set(values);
    }
  }

  /** Gives a parameter its first values. */
  begin(name: string, values: Float32Array): void {
    this.#pairs.get(PORTS.value(name))?.current.set(values);
  }

  /** The learned parameters without their moments: what an evaluation reads. */
  values(): Record<string, Tensor> {
    return this.#tensors(
      'current',
      this.#names.map((name) => PORTS.value(name)),
    );
  }

  feeds(): Record<string, Tensor> {
    return this.#tensors('current', this.#pairs.keys());
  }

  /** By the names of the step graph's outputs. */
  fetches(): Record<string, Tensor> {
    const tensors = this.#tensors('next', this.#pairs.keys());
    return Object.fromEntries(Object.entries(tensors).map(([port, tensor]) => [PORTS.updated(port), tensor]));
  }

  /** After the run: what was next is current. */
  commit(): void {
    for (const pair of this.#pairs.values()) [pair.current, pair.next] = [pair.next, pair.current];
  }

  /** All of it as a checkpoint holds it: `parameters.NAME`, `first_moment.NAME`, `second_moment.NAME`. */
  checkpoint(): readonly TensorToWrite[] {
    return [...this.#pairs.values()].map(({ stored, shape, current }) => ({
      name: stored,
      dtype: 'float32',
      shape,
      data: current,
    }));
  }

  /** The learned parameters alone, under their names. */
  weights(): readonly TensorToWrite[] {
    return this.#names.flatMap((name) => {
      const pair = this.#pairs.get(PORTS.value(name));
      return pair === undefined
        ? []
        : [{ name, dtype: 'float32' as const, shape: pair.shape, data: pair.current }];
    });
  }

  /** SHA-256 of all values, by which a damaged checkpoint is known. */
  digest(): string {
    const hash = createHash('sha256');
    for (const { current } of this.#pairs.values())
      hash.update(new Uint8Array(current.buffer, current.byteOffset, current.byteLength));
    return hash.digest('hex');
  }

  #tensors(side: 'current' | 'next', ports: Iterable<string>): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    for (const port of ports) {
      const pair = this.#pairs.get(port);
      if (pair !== undefined) tensors[port] = new Tensor('float32', pair[side], pair.shape);
    }
    return tensors;
  }
}

function portsOf(name: string, moments: boolean): readonly string[] {
  return moments
    ? [PORTS.value(name), PORTS.firstMoment(name), PORTS.secondMoment(name)]
    : [PORTS.value(name)];
}
