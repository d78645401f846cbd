import type { Answer } from './call.ts';
import { unpackError } from './error-message.ts';

type Settle = {
  resolve(result: unknown): void;
  reject(error: Error): void;
};

/**
 * The calls to a thread that it has not answered yet, by their numbers.
 *
 * `Listeners` are told of what happens before an answer.
 */
export class OpenCalls<Listeners extends object = object> {
  readonly #waiting = new Map<number, Settle & { readonly listeners: Listeners }>();
  #nextId = 0;
  #ended: Error | undefined;

  /** How many calls wait for their answer. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Why no more calls are taken; undefined while they are. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /**
   * Sends a call and waits for its answer, whose type is the caller's to know.
   *
   * @param send sends it under its number; what it throws, the call fails with
   * @throws why no more calls are taken; the error of the answer
   */
  call(send: (id: number) => void, listeners: Listeners): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, listeners });
      try {
        send(id);
      } catch (error) {
        this.fail(id, error);
      }
    });
  }

  /** The listeners of a call that waits. */
  listenersOf(id: number): Listeners | undefined {
    return this.#waiting.get(id)?.listeners;
  }

  /** Gives a call its answer. */
  settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === 'done') waiting?.resolve(answer.result);
    else waiting?.reject(unpackError(answer.error));
  }

  /** Lets a call fail without an answer. */
  fail(id: number, error: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(error instanceof Error ? error : new Error(String(error)));
  }

  /** Takes no more calls. Those that wait may still be answered. */
  refuse(error: Error): void {
    this.#ended ??= error;
  }

  /** Takes no more calls, and lets those fail that wait. */
  end(error: Error): void {
    this.refuse(error);
    for (const id of [...this.#waiting.keys()]) this.fail(id, this.#ended);
  }
}
