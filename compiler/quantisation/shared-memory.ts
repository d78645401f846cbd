/** Memory that threads put rows into, over and over: a billion weights leave half a gigabyte, which would have to be collected. */
export class SharedMemory {
  readonly #free: SharedArrayBuffer[] = [];

  /** Memory of so many bytes or more; what is in it is not defined. */
  take(bytes: number): SharedArrayBuffer {
    const free = this.#free.pop();
    return free !== undefined && free.byteLength >= bytes ? free : new SharedArrayBuffer(bytes);
  }

  /** Gives memory back that nobody reads any more. */
  give(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
  }
}
