// Before the worker, whose own variables ONNX Runtime does not read.
import '../telemetry.ts';
import { Worker } from 'node:worker_threads';
import type { Answer } from '../thread/call.ts';
import { OpenCalls } from '../thread/open-calls.ts';
import { checkThreadEntry, threadEntry, threadFault } from '../thread/thread-entry.ts';
import type { TrainerOptions } from './trainer.ts';
import type { TrainerArguments, TrainerMethod, TrainerRequest, TrainerReturns } from './trainer-protocol.ts';

/** A trainer in a thread of its own, so that the next batch is made while a step is computed. */
export class TrainerClient implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #calls = new OpenCalls();

  private constructor(entry: URL) {
    // Flags of this process need not suit a thread: --input-type ends it.
    this.#worker = new Worker(entry, { name: 'flamingo-training', execArgv: [] });
    this.#worker.on('message', (answer: Answer) => this.#calls.settle(answer));
    this.#worker.on('error', (error) => this.#calls.end(threadFault('The thread that trains', error)));
    this.#worker.on('exit', (code) =>
      this.#calls.end(new Error(`the thread that trains ended (exit code ${code})`)),
    );
  }

  /** @throws UserError as `Trainer.open` */
  static async open(options: TrainerOptions): Promise<TrainerClient> {
    const entry = threadEntry(import.meta.url, 'worker');
    checkThreadEntry(entry);
    const client = new TrainerClient(entry);
    try {
      await client.#send((id) => ({ id, method: 'open', parameters: [options] }));
    } catch (error) {
      await client.#worker.terminate();
      throw error;
    }
    return client;
  }

  /** Calls a method of the trainer in its thread; `transfer` are buffers that this thread gives away. */
  call<M extends TrainerMethod>(
    method: M,
    parameters: TrainerArguments<M>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<TrainerReturns<M>> {
    // The method and its parameters belong together, which a union does not show for a method that is still open.
    const request = (id: number) => ({ id, method, parameters }) as TrainerRequest;
    return this.#send(request, transfer) as Promise<TrainerReturns<M>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#calls.ended === undefined) await this.call('close', []).catch(() => {});
    await this.#worker.terminate();
  }

  #send(request: (id: number) => TrainerRequest, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    return this.#calls.call((id) => this.#worker.postMessage(request(id), [...transfer]), {});
  }
}
