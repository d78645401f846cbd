import { quoted } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { StoredData } from '../../artifact/weights/stored-dtype.ts';
import type { WeightFile } from '../../artifact/weights/weight-file.ts';

/** The tensors of a task's file, each of which must be what is expected. Shapes are compared before values are read. */
export class CheckedTensors {
  readonly #file: WeightFile;
  readonly #hash: (data: StoredData) => Promise<string>;
  readonly #sums = new Map<string, string>();

  constructor(file: WeightFile, hash: (data: StoredData) => Promise<string>) {
    this.#file = file;
    this.#hash = hash;
  }

  /** SHA-256 of each tensor that has been read, by name. */
  get sums(): ReadonlyMap<string, string> {
    return this.#sums;
  }

  /** The size of a tensor's only axis; 0 where there is no such tensor. */
  lengthOf(name: string): number {
    if (!this.#file.has(name)) return 0;
    const { shape } = this.#file.tensor(name);
    return shape.length === 1 ? (shape[0] ?? 0) : 0;
  }

  async floats(name: string, shape: readonly number[]): Promise<Float32Array> {
    const data = await this.#read(name, 'float32', shape);
    if (!(data instanceof Float32Array)) throw new Error(`${name} was read as something else`);
    const broken = data.findIndex((value) => !Number.isFinite(value));
    if (broken < 0) return data;
    throw this.damage(`tensor ${quoted(name)} holds ${data[broken]} at element ${broken}`);
  }

  async integers(name: string, shape: readonly number[]): Promise<readonly number[]> {
    return Array.from(await this.#read(name, 'int64', shape), Number);
  }

  /** @throws UserError for a tensor that was not asked for */
  requireNoOther(): void {
    const other = this.#file.names.find((name) => !this.#sums.has(name));
    if (other !== undefined) throw this.damage(`it has a tensor ${quoted(other)}, which is none of a task's`);
  }

  damage(what: string): UserError {
    return new UserError(`${this.#file.path} is damaged (${what}): prepare the task again.`);
  }

  async #read(name: string, dtype: 'float32' | 'int64', shape: readonly number[]): Promise<StoredData> {
    if (!this.#file.has(name)) throw this.damage(`it has no tensor ${quoted(name)}`);
    const found = this.#file.tensor(name);
    if (found.dtype !== dtype || found.shape.join() !== shape.join()) {
      throw this.damage(
        `tensor ${quoted(name)} is ${found.dtype} [${found.shape.join(', ')}], not ${dtype} [${shape.join(', ')}]`,
      );
    }
    const data = await this.#file.read(name);
    this.#sums.set(name, await this.#hash(data));
    return data;
  }
}
