import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { GraphManifest, GraphPort } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';
import type { PhaseProfile } from './profile/profile.ts';
import { shortReason } from './session/short-reason.ts';

export type SessionOptions = {
  /** Default `cpu`. It is used or refused, never replaced by another. */
  readonly provider?: Provider;
  /**
   * Numbers of the cards, of a provider that has several (`cuda`): the stages of a graph that was cut are on one after
   * another, each other graph is on the first. Default: the first card there is.
   */
  readonly devices?: readonly number[];
  /** Threads of one operator; default: one for each physical core. */
  readonly threads?: number;
  /** How far ONNX Runtime rewrites the graph itself; default `all`. */
  readonly optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  /**
   * Record which provider runs each node, and how long it takes, for `profile()`; every run takes longer for it. Default
   * false. In Node alone.
   */
  readonly profile?: boolean;
};

/** How a graph is opened. */
export type OpenOptions = SessionOptions & {
  /** Outputs that stay on the device, where the provider can keep them; default none. */
  readonly stays?: readonly string[];
  /**
   * Whether numbers too small for a float's normal form (below 1.2e-38) are zeros, in the session's threads and in the one
   * that opens it, whose JavaScript then computes so as long as the thread lives: for a thread that does nothing else.
   * Default false. Of the threads that open sessions, ONNX Runtime takes that of a process's first session alone.
   */
  readonly denormalsAreZero?: boolean;
};

/** What is needed of a session of ONNX Runtime. */
export type RunnableSession = Pick<InferenceSession, 'inputMetadata' | 'outputMetadata' | 'release'> & {
  run(
    feeds: Tensors,
    fetches?: Readonly<Record<string, Tensor | null>>,
  ): Promise<Readonly<Record<string, Tensor>>>;
};

export type Tensors = Readonly<Record<string, Tensor>>;

/** Outputs by name: the memory for one, or null where ONNX Runtime makes it. */
export type WantedOutputs = Readonly<Record<string, Tensor | null>>;

/** Makes of a tensor what ONNX Runtime writes an output into: it takes its own library's tensors alone. */
type AsMemory = (tensor: Tensor) => Tensor;

/** A graph that is loaded, in one session of ONNX Runtime or in several. */
export interface GraphSession extends AsyncDisposable {
  /**
   * Runs the graph once. Blocks this thread while it computes.
   *
   * @param outputs those that are wanted, each with memory for it or null; default all
   */
  run(inputs: Tensors, outputs?: WantedOutputs): Promise<Record<string, Tensor>>;
  /**
   * Whether the graph writes an output into the memory that is given for it, while it runs, even where an input has the
   * same memory.
   */
  readonly writesInPlace: boolean;
  /** What ran where until now, which ends the recording of it; nothing where none was asked for. */
  profile(): Promise<readonly PhaseProfile[]>;
  /** Whether what another graph left on the device can go into a run as it is, and be memory for an output. */
  readonly takesDeviceTensors: boolean;
  /** Frees the graph's memory when its last run is over. A second call does nothing. */
  close(): Promise<void>;
}

/** What a session must know of its provider; by itself it runs whenever it is asked. */
export interface SessionHost {
  /** Does something with the provider, when nothing else may that it would clash with. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
  /** What helps where a run fails, by what ONNX Runtime says; undefined where that is not the provider's doing. */
  whyNotRun(reason: string): string | undefined;
  /** Makes of a tensor what a session takes as memory for an output; left out: it takes none. */
  readonly asMemory?: AsMemory;
  /** Whether what a run gives can stay on the device, for other runs. */
  readonly keepsOutputs: boolean;
}

/** Records the runs of a session. */
export interface SessionRecorder {
  /** Told of each run, before it. */
  runs(inputs: Tensors): void;
  /** Ends the recording, and frees what it took; a second call gives the same. */
  end(): Promise<readonly PhaseProfile[]>;
}

const UNSHARED: SessionHost = { alone: (work) => work(), whyNotRun: () => undefined, keepsOutputs: false };

/** One graph in ONNX Runtime. It holds memory outside of JavaScript's heap: close it. */
export class OnnxSession implements GraphSession {
  readonly #session: RunnableSession;
  readonly #path: string;
  readonly #host: SessionHost;
  readonly #recorder: SessionRecorder | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(
    session: RunnableSession,
    path: string,
    host: SessionHost,
    recorder: SessionRecorder | undefined,
  ) {
    this.#session = session;
    this.#path = path;
    this.#host = host;
    this.#recorder = recorder;
  }

  get writesInPlace(): boolean {
    return this.#host.asMemory !== undefined;
  }

  get takesDeviceTensors(): boolean {
    return this.#host.keepsOutputs;
  }

  /**
   * @param session A graph that ONNX Runtime has loaded.
   * @param path What messages call it: where its file lies.
   * @param graph What the manifest says about it.
   * @param host Its provider; default: one that takes any number of runs at once.
   * @param recorder What is told of its runs; default: nobody.
   * @throws UserError for one that is not the manifest's; the session is then released.
   */
  static async of(
    session: RunnableSession,
    path: string,
    graph: GraphManifest,
    host: SessionHost = UNSHARED,
    recorder?: SessionRecorder,
  ): Promise<OnnxSession> {
    const opened = new OnnxSession(session, path, host, recorder);
    const wrong =
      difference('input', session.inputMetadata, graph.inputs) ??
      difference('output', session.outputMetadata, graph.outputs);
    if (wrong !== null) {
      await opened.close();
      throw new UserError(`${path} ${wrong}, but its manifest says otherwise: compile the model again.`);
    }
    return opened;
  }

  async run(inputs: Tensors, outputs?: WantedOutputs): Promise<Record<string, Tensor>> {
    if (this.#closed) throw new UserError(`The session of ${this.#path} is closed: load the model again.`);
    const run = this.#host.alone(() => {
      this.#recorder?.runs(inputs);
      return outputs ? this.#session.run(inputs, this.#fetches(outputs)) : this.#session.run(inputs);
    });
    this.#running = run.catch(() => {});
    try {
      return await run;
    } catch (error) {
      const reason = reasonOf(error);
      const helps = this.#host.whyNotRun(reason) ?? 'give it less at once, or compile the model again';
      throw new UserError(`ONNX Runtime cannot run ${this.#path} (${reason}): ${helps}.`);
    }
  }

  #fetches(outputs: WantedOutputs): WantedOutputs {
    if (Object.values(outputs).every((memory) => memory === null)) return outputs;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, memory]) => [
        name,
        memory === null || isOnDevice(memory) ? memory : (this.#host.asMemory?.(memory) ?? null),
      ]),
    );
  }

  async profile(): Promise<readonly PhaseProfile[]> {
    await this.#running;
    return (await this.#recorder?.end()) ?? [];
  }

  /** Frees the session when its last run is over. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#recorder?.end().catch(() => {});
    await this.#host.alone(() => this.#session.release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Whether a tensor is one that stayed on the device. */
function isOnDevice({ location }: Tensor): boolean {
  return location === 'gpu-buffer';
}

/** Where ONNX Runtime is to leave the outputs of a graph: on the device those that stay, where the provider can. */
export function placesOfOutputs(
  stays: readonly string[],
  { keepsOutputs }: Pick<SessionHost, 'keepsOutputs'>,
): Pick<InferenceSession.SessionOptions, 'preferredOutputLocation'> {
  if (!keepsOutputs || stays.length === 0) return {};
  return { preferredOutputLocation: Object.fromEntries(stays.map((name) => [name, 'gpu-buffer'])) };
}

function difference(
  kind: string,
  found: readonly InferenceSession.ValueMetadata[],
  expected: readonly GraphPort[],
): string | null {
  const ports = new Map(expected.map((port) => [port.name, port]));
  for (const actual of found) {
    const port = ports.get(actual.name);
    if (port === undefined) return `has an ${kind} '${actual.name}'`;
    if (!actual.isTensor) return `has an ${kind} '${actual.name}' that is no tensor`;
    const { type, shape } = actual;
    if (type !== port.dtype || shape.length !== port.shape.length || !shape.every(fits(port)))
      return `has an ${kind} '${actual.name}' that is ${type} [${shape.join(', ')}], not ${port.dtype} [${port.shape.join(', ')}]`;
  }
  const missing = expected.find(({ name }) => !found.some((actual) => actual.name === name));
  return missing === undefined ? null : `has no ${kind} '${missing.name}'`;
}

/** Whether a graph's own size is what the manifest says: the same number, or open in both (ONNX Runtime may drop names). */
function fits({ shape }: GraphPort): (size: number | string, axis: number) => boolean {
  return (size, axis) => {
    const expected = shape[axis];
    return typeof expected === 'number' ? size === expected : typeof size === 'string' || size < 0;
  };
}

/** What ONNX Runtime says, on one line. */
export function reasonOf(error: unknown): string {
  return shortReason(error instanceof Error ? error.message : String(error));
}
