import { createHash } from 'node:crypto';
import { type PlannedParameter, PORTS } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile, TensorToWrite } from '../../artifact/weights/safetensors.ts';
import { Tensor } from '../onnx-runtime.ts';

/** What a checkpoint calls the arrays of one parameter, in the order of the step graph's inputs. */
const STORED = ['parameters', 'first_moment', 'second_moment'] as const;

interface StateArray {
  readonly stored: string;
  readonly shape: readonly number[];
  values: Float32Array;
}

/** The parameters that training changes, and their moments: arrays by the names of the step graph's inputs. */
export class TrainingState {
  readonly #arrays = new Map<string, StateArray>();
  readonly #names: readonly string[];

  /** @param allocate gives arrays of zeros; default JavaScript's own */
  constructor(
    parameters: readonly PlannedParameter[],
    allocate: (size: number) => Float32Array = (size) => new Float32Array(size),
  ) {
    this.#names = parameters.map(({ name }) => name);
    for (const { name, shape, moments = true } of parameters) {
      const size = shape.reduce((product, each) => product * each, 1);
      for (const [index, port] of portsOf(name, moments).entries()) {
        const stored = `${STORED[index]}.${name}`;
        this.#arrays.set(port, { stored, shape, values: allocate(size) });
      }
    }
  }

  /**
   * Takes all values from a checkpoint.
   *
   * @throws UserError for a file that lacks one or is damaged
   */
  async load(file: SafetensorsFile): Promise<void> {
    for (const { stored, values } of this.#arrays.values()) {
      const read = await file.readFloat32(stored);
      if (read.length !== values.length) {
        throw new UserError(
          `Tensor '${stored}' of ${file.path} has ${read.length} values, but the recipe's parameter has ${values.length}.`,
        );
      }
      values.set(read);
    }
  }

  /** Gives a parameter its first values. */
  begin(name: string, values: Float32Array): void {
    this.#arrays.get(PORTS.value(name))?.values.set(values);
  }

  /** The names of all arrays. */
  get ports(): readonly string[] {
    return [...this.#arrays.keys()];
  }

  /** The array of a port, which is the state's own. */
  at(port: string): Float32Array {
    return this.#array(port).values;
  }

  /** Puts another array in the place of a port's, and returns that one. */
  exchange(port: string, values: Float32Array): Float32Array {
    const array = this.#array(port);
    const before = array.values;
    array.values = values;
    return before;
  }

  /** Tensors of ports on the state's own memory. */
  tensors(ports: readonly string[]): Record<string, Tensor> {
    return Object.fromEntries(ports.map((port) => [port, this.tensor(port, this.at(port))]));
  }

  /** A tensor of a port's shape on other values. */
  tensor(port: string, values: Float32Array): Tensor {
    return new Tensor('float32', values, this.#array(port).shape);
  }

  /** The parameters without their moments: what an evaluation reads. */
  values(): Record<string, Tensor> {
    return this.tensors(this.#names.map((name) => PORTS.value(name)));
  }

  /** All of it as a checkpoint holds it: `parameters.NAME`, `first_moment.NAME`, `second_moment.NAME`. */
  checkpoint(): readonly TensorToWrite[] {
    return [...this.#arrays.values()].map(({ stored, shape, values }) => ({
      name: stored,
      dtype: 'float32',
      shape,
      data: values,
    }));
  }

  /** The parameters alone, under their names. */
  weights(): readonly TensorToWrite[] {
    return this.#names.map((name) => {
      const { shape, values } = this.#array(PORTS.value(name));
      return { name, dtype: 'float32', shape, data: values };
    });
  }

  /** SHA-256 of all values, by which a damaged checkpoint is known. */
  digest(): string {
    const hash = createHash('sha256');
    for (const { values } of this.#arrays.values())
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return hash.digest('hex');
  }

  #array(port: string): StateArray {
    const array = this.#arrays.get(port);
    if (array === undefined) throw new Error(`the training state has no array ${port}`);
    return array;
  }
}

function portsOf(name: string, moments: boolean): readonly string[] {
  return moments
    ? [PORTS.value(name), PORTS.firstMoment(name), PORTS.secondMoment(name)]
    : [PORTS.value(name)];
}
