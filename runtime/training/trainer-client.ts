// Before the worker, whose own variables ONNX Runtime does not read.
import '../telemetry.ts';
import { Worker } from 'node:worker_threads';
import { unpackError } from '../worker/error-message.ts';
import { checkThreadEntry, threadEntry, threadFault } from '../worker/thread-entry.ts';
import type { TrainerOptions } from './trainer.ts';
import type {
  TrainerArguments,
  TrainerMethod,
  TrainerRequest,
  TrainerResponse,
  TrainerReturns,
} from './trainer-protocol.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A trainer in a thread of its own, so that the next batch is made while a step is computed. */
export class TrainerClient implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #ended: Error | undefined;

  private constructor(entry: URL) {
    // Flags of this process need not suit a thread: --input-type ends it.
    this.#worker = new Worker(entry, { name: 'flamingo-training', execArgv: [] });
    this.#worker.on('message', (response: TrainerResponse) => this.#receive(response));
    this.#worker.on('error', (error) => this.#end(threadFault('The thread that trains', error)));
    this.#worker.on('exit', (code) =>
      this.#end(new Error(`the thread that trains ended (exit code ${code})`)),
    );
  }

  /** @throws UserError as `Trainer.open` */
  static async open(options: TrainerOptions): Promise<TrainerClient> {
    const entry = threadEntry(import.meta.url, 'worker');
    checkThreadEntry(entry);
    const client = new TrainerClient(entry);
    try {
      await client.#send({ id: client.#nextId++, method: 'open', parameters: [options] });
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
    const request = { id: this.#nextId++, method, parameters } as TrainerRequest;
    return this.#send(request, transfer) as Promise<TrainerReturns<M>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) await this.call('close', []).catch(() => {});
    await this.#worker.terminate();
  }

  #send(request: TrainerRequest, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker.postMessage(request, [...transfer]);
    });
  }

  #receive(response: TrainerResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ('error' in response) waiting?.reject(unpackError(response.error));
    else waiting?.resolve(response.result);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
