import type { Tensor } from 'onnxruntime-common';
import type { PhaseProfile } from './profile/profile.ts';
import type { GraphSession, Tensors, WantedOutputs } from './session.ts';

/** A graph that is loaded when it is first run: another does most of its work. */
export class LazySession implements GraphSession {
  readonly #open: () => Promise<GraphSession>;
  #session: Promise<GraphSession> | undefined;

  /** What is known before anything is loaded. */
  readonly writesInPlace = false;

  constructor(open: () => Promise<GraphSession>) {
    this.#open = open;
  }

  async run(inputs: Tensors, outputs?: WantedOutputs): Promise<Record<string, Tensor>> {
    this.#session ??= this.#open();
    return (await this.#session).run(inputs, outputs);
  }

  async profile(): Promise<readonly PhaseProfile[]> {
    return (await (await this.#session)?.profile()) ?? [];
  }

  async close(): Promise<void> {
    await (await this.#session?.catch(() => undefined))?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
