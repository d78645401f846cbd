import type { Env, InferenceSession } from 'onnxruntime-common';
import type { GraphManifest } from '../../artifact/manifest.ts';
import { plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import {
  OnnxSession,
  type OpenOptions,
  placesOfOutputs,
  type RunnableSession,
  reasonOf,
  type SessionHost,
} from '../session.ts';
import { readBody, request } from './download.ts';
import { OneByOne } from './one-by-one.ts';
import { ONNX_RUNTIME_FILES } from './onnx-runtime-files.ts';
import type { WebProvider } from './provider.ts';
import { whyNotLoaded, whyNotRun } from './why-refused.ts';

/** Far more than the largest has. */
const MOST_BYTES = 128 * 2 ** 20;

type OnnxRuntime = {
  readonly env: Env;
  readonly InferenceSession: {
    create(graph: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
};

/** A browser's own words on a policy are long. */
const LONGEST_REASON = 300;

/** Weights that lie outside of a graph's file, by the name that it gives them. */
export type ExternalData = readonly { readonly path: string; readonly data: Uint8Array }[];

/** ONNX Runtime in a page's worker. */
export class WebRuntime {
  /** Of its WebAssembly. */
  readonly bytes: number;
  readonly #runtime: OnnxRuntime;
  readonly #provider: WebProvider;
  readonly #turns = new OneByOne();
  readonly #host: SessionHost;

  private constructor(runtime: OnnxRuntime, provider: WebProvider, bytes: number) {
    this.#runtime = runtime;
    this.#provider = provider;
    this.#host = {
      alone: (work) => work(),
      whyNotRun: (reason) => whyNotRun(provider, reason),
      keepsOutputs: provider === 'webgpu',
    };
    this.bytes = bytes;
  }

  /**
   * @param folder address of onnxruntime-web's files, with a slash at its end
   * @param onBytes told of what has come of its WebAssembly, and of its size where the server says it
   * @throws UserError where they cannot be had
   */
  static async load(
    provider: WebProvider,
    {
      folder,
      threads,
      onBytes,
    }: { folder: string; threads: number; onBytes: (loaded: number, total: number) => void },
  ): Promise<WebRuntime> {
    const { module, wasm } = ONNX_RUNTIME_FILES[provider];
    const response = await request(new URL(wasm, folder).href);
    const total = Number(response.headers.get('content-length') ?? 0);
    let loaded = 0;
    const binary = await readBody(response, MOST_BYTES, (more) => {
      loaded += more;
      onBytes(loaded, Math.max(total, loaded));
    });
    const address = new URL(module, folder).href;
    let runtime: OnnxRuntime;
    try {
      runtime = await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
    } catch (error) {
      throw new UserError(
        `ONNX Runtime cannot be loaded from ${address} (${reasonOf(error)}): put the files of onnxruntime-web's folder 'dist' there, or say where they are with 'onnxRuntime'.`,
      );
    }
    const { env } = runtime;
    env.logLevel = 'fatal';
    env.wasm.wasmPaths = folder;
    env.wasm.wasmBinary = binary.buffer;
    env.wasm.numThreads = threads;
    return new WebRuntime(runtime, provider, binary.length);
  }

  /**
   * Loads a graph.
   *
   * @param name what messages call it
   * @throws UserError for one that ONNX Runtime refuses, or that is not the manifest's
   */
  async open(
    name: string,
    bytes: Uint8Array,
    externalData: ExternalData,
    graph: GraphManifest,
    { optimisation = 'all', stays = [] }: Pick<OpenOptions, 'optimisation' | 'stays'>,
  ): Promise<OnnxSession> {
    let session: InferenceSession;
    try {
      session = await this.#turns.run(() =>
        this.#runtime.InferenceSession.create(bytes, {
          executionProviders: [this.#provider],
          graphOptimizationLevel: optimisation,
          executionMode: 'sequential',
          logSeverityLevel: 4,
          externalData,
          ...placesOfOutputs(stays, this.#host),
        }),
      );
    } catch (error) {
      const reason = reasonOf(error);
      const helps = whyNotLoaded(this.#provider, reason) ?? 'compile the model again';
      throw new UserError(`ONNX Runtime cannot load ${name} (${plain(reason, LONGEST_REASON)}): ${helps}.`);
    }
    const { inputMetadata, outputMetadata } = session;
    const inTurn: RunnableSession = {
      inputMetadata,
      outputMetadata,
      run: (feeds, fetches) =>
        this.#turns.run(() => (fetches ? session.run(feeds, fetches) : session.run(feeds))),
      release: () => this.#turns.run(() => session.release()),
    };
    return OnnxSession.of(inTurn, name, graph, this.#host);
  }
}
