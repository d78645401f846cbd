// Before the worker, whose own variables ONNX Runtime does not read.
import '../telemetry.ts';
import { Worker } from 'node:worker_threads';
import { Tensor } from 'onnxruntime-common';
import type { Artifact } from '../artifact/artifact.ts';
import type { GraphSession, OpenOptions, Tensors, WantedOutputs } from '../session.ts';
import type { Answer } from '../thread/call.ts';
import { OpenCalls } from '../thread/open-calls.ts';
import { checkThreadEntry, threadEntry, threadFault } from '../thread/thread-entry.ts';
import { type GraphMethod, type GraphMethods, type GraphRequest, sentTensors } from './protocol.ts';

const SUBJECT = 'The thread of a graph';

/**
 * A thread for one of a model's graphs, which ONNX Runtime opens there while this thread opens another: that takes longer
 * than a small model takes to answer. It loads ONNX Runtime before it is known which graph it will be.
 */
export class GraphThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #calls = new OpenCalls();
  #ended: Promise<void> | undefined;

  /** @throws UserError where its module is not there */
  constructor() {
    const entry = threadEntry(import.meta.url, 'graph-worker');
    checkThreadEntry(entry);
    // Flags of this process need not suit a thread: --input-type ends it.
    this.#worker = new Worker(entry, { name: 'flamingo-graph', execArgv: [] });
    // Only what it is asked keeps the process alive.
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#calls.settle(answer));
    this.#worker.on('error', (error) => this.#calls.end(threadFault(SUBJECT, error)));
    this.#worker.on('exit', (code) => this.#calls.end(threadFault(SUBJECT, new Error(`exit code ${code}`))));
  }

  /**
   * Opens one of an artifact's graphs, which runs beside this thread; close it before the thread.
   *
   * @throws UserError as `openGraphSession`
   */
  async open(
    { directory, manifest }: Pick<Artifact, 'directory' | 'manifest'>,
    name: string,
    options: OpenOptions,
  ): Promise<GraphSession> {
    const graph = await this.#call('open', [{ directory, manifest }, name, options]);
    let closed: Promise<undefined> | undefined;
    const close = async () => {
      closed ??= this.#call('close', [graph]);
      await closed;
    };
    return {
      // What crosses threads is a copy.
      writesInPlace: false,
      takesDeviceTensors: false,
      run: async (inputs: Tensors, outputs?: WantedOutputs) => {
        const given = await this.#call('run', [graph, sentTensors(inputs), outputs && Object.keys(outputs)]);
        return Object.fromEntries(
          Object.entries(given).map(([each, { type, data, dims }]) => [each, new Tensor(type, data, dims)]),
        );
      },
      profile: () => this.#call('profile', [graph]),
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    // A thread that is ended while it loads ONNX Runtime takes the process with it: its native code throws, to nobody.
    await this.#call('loaded', []).catch(() => {});
    await this.#worker.terminate();
  }

  async #call<M extends GraphMethod>(
    method: M,
    parameters: GraphMethods[M]['parameters'],
  ): Promise<GraphMethods[M]['result']> {
    this.#worker.ref();
    try {
      // The method and its parameters belong together, which a union does not show for a method that is still open.
      const request = (id: number) => ({ id, method, parameters }) as GraphRequest;
      return (await this.#calls.call(
        (id) => this.#worker.postMessage(request(id)),
        {},
      )) as GraphMethods[M]['result'];
    } finally {
      if (this.#calls.size === 0) this.#worker.unref();
    }
  }
}
