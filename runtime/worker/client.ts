import type { LanguageManifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { unpackError } from '../thread/error-message.ts';
import { onAbort } from '../thread/on-abort.ts';
import { OpenCalls } from '../thread/open-calls.ts';
import type {
  Call,
  Method,
  Methods,
  ProgressEvent,
  Request,
  Response,
  TokenEvent,
  WorkerOptions,
} from './protocol.ts';
import { isAtOnce } from './protocol.ts';

type Listeners = {
  readonly onToken?: ((event: TokenEvent) => void) | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
};

/** What a client is opened with. */
export type ClientOptions = WorkerOptions & {
  /** Calls that may wait besides those that are answered; default: any number. */
  readonly queue?: number | undefined;
};

export type CallOptions = Listeners & { readonly signal?: AbortSignal | undefined };

/** A thread that was started to run a model. */
export interface Thread {
  send(request: Request): void;
  /** Whether the thread keeps the process alive. */
  keepAlive(kept: boolean): void;
}

/** What a thread tells the one that started it. */
export type ThreadListeners = {
  onMessage(response: Response): void;
  /** It broke down. */
  onFault(fault: UserError): void;
  /** It is no more; `fault` is told of calls that it has not answered. */
  onEnd(fault: UserError): void;
};

/** Starts a thread that opens a model; see `serve`. */
export type StartThread = (options: WorkerOptions, listeners: ThreadListeners) => Thread;

/** The caller's end of the worker: calls become messages, and messages become results, events and errors. */
export class WorkerClient implements AsyncDisposable {
  readonly #thread: Thread;
  readonly #calls = new OpenCalls<Listeners>();
  readonly #ended: Promise<void>;
  readonly #concurrency: number;
  readonly #queue: number;
  #closing: Promise<void> | null = null;
  /** Set by `open`. */
  #onOpened: (manifest: LanguageManifest) => void = () => {};
  #onRefused: (error: Error) => void = () => {};

  private constructor(start: StartThread, { queue = Number.POSITIVE_INFINITY, ...options }: ClientOptions) {
    this.#concurrency = options.concurrency;
    this.#queue = queue;
    let end = () => {};
    this.#ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#thread = start(options, {
      onMessage: (response) => this.#receive(response),
      onFault: (fault) => this.#fail(fault),
      onEnd: (fault) => {
        this.#fail(fault);
        end();
      },
    });
  }

  /**
   * Starts a worker and loads a model in it.
   *
   * @param start Starts the thread; see `startThread` for Node's.
   * @throws UserError as `Engine.open`.
   */
  static async open(
    options: ClientOptions,
    start: StartThread,
  ): Promise<{ client: WorkerClient; manifest: LanguageManifest }> {
    const client = new WorkerClient(start, options);
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
   *   UserError while as many calls wait as may. What computes nothing is always taken.
   */
  call<M extends Method>(
    call: Call & { method: M },
    { signal, ...listeners }: CallOptions = {},
  ): Promise<Methods[M]['result']> {
    // Here and not in the worker, where messages would pile up while it computes.
    const isOpen = this.#calls.ended === undefined;
    if (isOpen && !isAtOnce(call) && this.#calls.size >= this.#concurrency + this.#queue)
      return Promise.reject(this.#full());
    let stopWaiting = () => {};
    const send = (id: number): void => {
      this.#thread.keepAlive(true);
      try {
        this.#send({ kind: 'call', id, call });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new UserError(
          `The ${call.method} call cannot be sent to the worker (${reason}): pass plain values.`,
        );
      }
      if (signal !== undefined) stopWaiting = onAbort(signal, () => this.#send({ kind: 'abort', id }));
    };
    // What a method gives back is the worker's to keep to.
    const answered = this.#calls.call(send, listeners) as Promise<Methods[M]['result']>;
    return answered.finally(() => {
      stopWaiting();
      this.#rest();
    });
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
    if (this.#calls.ended === undefined) {
      this.#calls.refuse(new UserError('The model is closed: load it again.'));
      this.#thread.keepAlive(true);
      this.#send({ kind: 'close' });
    }
    await this.#ended;
  }

  #receive(response: Response): void {
    if (response.kind === 'opened') this.#onOpened(response.manifest);
    else if (response.kind === 'refused') {
      const error = unpackError(response.error);
      this.#calls.refuse(error);
      this.#onRefused(error);
    } else if (response.kind === 'token') {
      this.#tell(response.id, (listeners) => listeners.onToken?.(response.event));
    } else if (response.kind === 'progress') {
      this.#tell(response.id, (listeners) => listeners.onProgress?.(response.event));
    } else if (response.kind !== 'closed') {
      this.#calls.settle(response);
    }
  }

  /** A listener that throws ends its own call, not the process. */
  #tell(id: number, tell: (listeners: Listeners) => void): void {
    const listeners = this.#calls.listenersOf(id);
    if (listeners === undefined) return;
    try {
      tell(listeners);
    } catch (error) {
      this.#send({ kind: 'abort', id });
      this.#calls.fail(id, error);
    }
  }

  #full(): UserError {
    const waiting = this.#queue === 0 ? 'none may wait' : `${this.#queue} wait, as many as its queue takes`;
    return new UserError(
      `The model has ${this.#concurrency} requests to answer and ${waiting}: ask again when some are answered, or load the model with a larger 'queue'.`,
    );
  }

  #fail(fault: UserError): void {
    this.#calls.end(fault);
    this.#onRefused(this.#calls.ended ?? fault);
  }

  #send(request: Request): void {
    this.#thread.send(request);
  }

  /** An idle worker does not keep the process alive. */
  #rest(): void {
    if (this.#calls.size === 0 && this.#closing === null) this.#thread.keepAlive(false);
  }
}
