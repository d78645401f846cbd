/** Memory that threads put rows into, over and over: a billion weights leave half a gigabyte, which would have to be collected. */
export class SharedMemory {
  readonly #free: SharedArrayBuffer[] = [];

  /** Memory of so many bytes or more; what is in it is not defined. */
  take(bytes: number): SharedArrayBuffer {
    const fitting = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    // Where none is large enough the smallest goes: there are no more of them than are used at once.
    const [free] = this.#free.splice(Math.max(0, fitting), 1);
    return free !== undefined && fitting >= 0 ? free : new SharedArrayBuffer(bytes);
  }

  /** Gives memory back that nobody reads any more. */
  give(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
    this.#free.sort((one, other) => one.byteLength - other.byteLength);
  }
}
