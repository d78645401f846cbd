import type { Tensor } from 'onnxruntime-common';
import type { PhaseProfile } from '../profile/profile.ts';
import type { GraphSession, Tensors, WantedOutputs } from '../session.ts';

/** A graph that is loaded when it is first run: another does most of its work. */
export class LazySession implements GraphSession {
  readonly #open: () => Promise<GraphSession>;
  #session: Promise<GraphSession> | undefined;

  /** What is known before anything is loaded. */
  readonly writesInPlace = false;
  readonly takesDeviceTensors = false;

  constructor(open: () => Promise<GraphSession>) {
    this.#open = open;
  }

  async run(inputs: Tensors, outputs?: WantedOutputs): Promise<Record<string, Tensor>> {
    this.#session ??= this.#open();
    return (await this.#session).run(inputs, outputs);
  }

  /**
   * Does work that needs the graph once in a while, and frees the graph's memory after it where nothing had needed it
   * before. What runs meanwhile ends first, and what comes later loads it again.
   */
  async forOnce<R>(work: () => Promise<R>): Promise<R> {
    const isKept = this.#session !== undefined;
    try {
      return await work();
    } finally {
      if (!isKept) await this.close();
    }
  }

  async profile(): Promise<readonly PhaseProfile[]> {
    return (await (await this.#session)?.profile()) ?? [];
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
