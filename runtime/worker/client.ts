// Before the worker, whose own variables ONNX Runtime does not read.
import '../telemetry.ts';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { LanguageManifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { unpackError } from './error-message.ts';
import type {
  Call,
  Method,
  Methods,
  ProgressEvent,
  Request,
  Response,
  Result,
  TokenEvent,
  WorkerOptions,
} from './protocol.ts';
import { checkThreadEntry, threadEntry, threadFault } from './thread-entry.ts';

const SUBJECT = 'The worker that runs the model';

type Listeners = {
  readonly onToken?: ((event: TokenEvent) => void) | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
};

type Waiting = Listeners & {
  resolve(result: Result): void;
  reject(error: Error): void;
};

/** What a client is opened with. */
export type ClientOptions = WorkerOptions & {
  /** Calls that may wait besides those that are answered; default: any number. */
  readonly queue?: number | undefined;
};

export type CallOptions = Listeners & { readonly signal?: AbortSignal | undefined };

/** The caller's end of the worker: calls become messages, and messages become results, events and errors. */
export class WorkerClient implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  readonly #concurrency: number;
  readonly #queue: number;
  #nextId = 0;
  /** Why no more calls are taken. */
  #unusable: Error | null = null;
  #closing: Promise<void> | null = null;
  /** Set by `open`. */
  #onOpened: (manifest: LanguageManifest) => void = () => {};
  #onRefused: (error: Error) => void = () => {};

  private constructor(
    entry: URL,
    { queue = Number.POSITIVE_INFINITY, ...options }: ClientOptions,
    resourceLimits: ResourceLimits,
  ) {
    this.#concurrency = options.concurrency;
    this.#queue = queue;
    this.#worker = new Worker(entry, {
      workerData: options,
      name: 'flamingo',
      resourceLimits,
      // flags of this process need not suit a thread: --input-type ends it
      execArgv: [],
    });
    this.#worker.on('message', (response: Response) => this.#receive(response));
    this.#worker.on('error', (error) => this.#fail(threadFault(SUBJECT, error)));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#fail(threadFault(SUBJECT, new Error(`exit code ${code}`)));
        resolve();
      });
    });
  }

  /**
   * Starts a worker and loads a model in it.
   *
   * @param entry The worker's module; default: the one beside this.
   * @param resourceLimits Of its JavaScript heap; the model's weights and caches lie outside of it.
   * @throws UserError as `Engine.open`.
   */
  static async open(
    options: ClientOptions,
    entry: URL = threadEntry(import.meta.url, 'flamingo-worker'),
    resourceLimits: ResourceLimits = {},
  ): Promise<{ client: WorkerClient; manifest: LanguageManifest }> {
    checkThreadEntry(entry);
    const client = new WorkerClient(entry, options, resourceLimits);
    const manifest = await new Promise<LanguageManifest>((resolve, reject) => {
      client.#onOpened = resolve;
      client.#onRefused = reject;
    });
    client.#rest();
    return { client, manifest };
  }

  /**
   * Calls a method of the worker's model.
   *
   * @throws What the method throws there: a UserError with the same sentence, an AbortError when the signal stops it; a
   *   UserError while as many calls wait as may. What is asked about the model itself is always taken.
   */
  call<M extends Method>(
    call: Call & { method: M },
    { signal, ...listeners }: CallOptions = {},
  ): Promise<Methods[M]['result']> {
    if (this.#unusable) return Promise.reject(this.#unusable);
    // Here and not in the worker, where messages would pile up while it computes.
    if (call.method !== 'usage' && this.#waiting.size >= this.#concurrency + this.#queue)
      return Promise.reject(this.#full());
    const id = this.#nextId++;
    const abort = () => this.#send({ kind: 'abort', id });
    return new Promise<Methods[M]['result']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, ...listeners });
      this.#worker.ref();
      try {
        this.#send({ kind: 'call', id, call });
      } catch (error) {
        this.#waiting.delete(id);
        this.#rest();
        const reason = error instanceof Error ? error.message : String(error);
        reject(
          new UserError(
            `The ${call.method} call cannot be sent to the worker (${reason}): pass plain values.`,
          ),
        );
        return;
      }
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Stops what is going on, frees the model's memory and ends the worker. Later calls are refused. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#unusable === null) {
      this.#unusable = new UserError('The model is closed: load it again.');
      this.#worker.ref();
      this.#send({ kind: 'close' });
    }
    await this.#ended;
  }

  #receive(response: Response): void {
    if (response.kind === 'opened') this.#onOpened(response.manifest);
    else if (response.kind === 'refused') {
      const error = unpackError(response.error);
      this.#unusable = error;
      this.#onRefused(error);
    } else if (response.kind === 'token') {
      this.#tell(response.id, (waiting) => waiting.onToken?.(response.event));
    } else if (response.kind === 'progress') {
      this.#tell(response.id, (waiting) => waiting.onProgress?.(response.event));
    } else if (response.kind !== 'closed') {
      const waiting = this.#waiting.get(response.id);
      this.#waiting.delete(response.id);
      this.#rest();
      if (response.kind === 'done') waiting?.resolve(response.result);
      else waiting?.reject(unpackError(response.error));
    }
  }

  /** A listener that throws ends its own call, not the process. */
  #tell(id: number, tell: (waiting: Listeners) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    try {
      tell(waiting);
    } catch (error) {
      this.#waiting.delete(id);
      this.#rest();
      this.#send({ kind: 'abort', id });
      waiting.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #full(): UserError {
    const waiting = this.#queue === 0 ? 'none may wait' : `${this.#queue} wait, as many as its queue takes`;
    return new UserError(
      `The model has ${this.#concurrency} requests to answer and ${waiting}: ask again when some are answered, or load the model with a larger 'queue'.`,
    );
  }

  #fail(fault: UserError): void {
    this.#unusable ??= fault;
    this.#onRefused(this.#unusable);
    for (const { reject } of this.#waiting.values()) reject(this.#unusable);
    this.#waiting.clear();
  }

  #send(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** An idle worker does not keep the process alive. */
  #rest(): void {
    if (this.#waiting.size === 0 && this.#closing === null) this.#worker.unref();
  }
}
