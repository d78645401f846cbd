import type { GraphPort } from '../artifact/manifest.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { wholeGraphs } from '../artifact/stages.ts';
import { UserError } from '../artifact/user-error.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { type Artifact, withArtifact } from './artifact/artifact.ts';
import { LinkedWeights } from './artifact/linked-weights.ts';
import { describePort, type GraphArrays, type GraphDtype, graphInput } from './graph-input.ts';
import { type ModelProfile, placements } from './profile/placement.ts';
import { withRuntime } from './session/missing-runtime.ts';
import type { GraphSession, SessionOptions } from './session.ts';

/** Values of one input or output, row-major. */
export interface GraphValue<
  D extends GraphDtype = GraphDtype,
  Sizes extends readonly number[] = readonly number[],
> {
  readonly data: GraphArrays[D];
  readonly shape: Sizes;
}

/** An input or output: its dtype and, where the types know it, its shape, in which open sizes are names. */
interface PortFacts {
  readonly dtype: string;
  readonly shape?: readonly (string | number)[];
}

/** The inputs and outputs of a graph by name, as the generated client's `facts.graphs` has them. */
export interface GraphFacts {
  readonly inputs: Readonly<Record<string, PortFacts>>;
  readonly outputs: Readonly<Record<string, PortFacts>>;
}

/** The dtype that a port's facts name; where they are not known to the type checker, any. */
type DtypeOf<Port extends PortFacts> = string extends Port['dtype']
  ? GraphDtype
  : Extract<Port['dtype'], GraphDtype>;

/** The sizes of a port's values: known numbers, and any for those that are open. */
type SizesOf<Port extends PortFacts> = Port extends {
  readonly shape: infer Sizes extends readonly (string | number)[];
}
  ? { readonly [Axis in keyof Sizes]: Sizes[Axis] extends number ? Sizes[Axis] : number }
  : readonly number[];

/** What `run` takes: every input, as values with their shape, or alone where at most one size is open. */
export type GraphInputValues<F extends GraphFacts> = {
  readonly [N in keyof F['inputs']]:
    | GraphArrays[DtypeOf<F['inputs'][N]>]
    | GraphValue<DtypeOf<F['inputs'][N]>, SizesOf<F['inputs'][N]>>;
};

export type GraphOutputValues<F extends GraphFacts> = {
  readonly [N in keyof F['outputs']]: GraphValue<DtypeOf<F['outputs'][N]>, SizesOf<F['outputs'][N]>>;
};

export type LoadGraphOptions = SessionOptions & {
  /** Which of the artifact's graphs; default: its only one. */
  readonly graph?: string;
  /** Compare the SHA-256 of large files too. Default false. */
  readonly verify?: boolean;
  /** Ways of media besides this project's, as the model was compiled with them. Default none. */
  readonly ways?: readonly MediaWayDefinition[];
};

/**
 * Loads one graph of an artifact, to be run by its named inputs and outputs. It computes in the caller's thread.
 *
 *     await using classifier = await loadGraph('artifacts/classifier');
 *     const { scores } = await classifier.run({ features: { data: new Float32Array(8), shape: [2, 4] } });
 *
 * @param directory the artifact's folder
 * @throws UserError for an artifact or a provider that cannot be used, several graphs where none was chosen, or where ONNX
 * Runtime is not installed
 */
export async function loadGraph<F extends GraphFacts = GraphFacts>(
  directory: string,
  options: LoadGraphOptions = {},
): Promise<LoadedGraph<F>> {
  checkArgument("the artifact's folder", schemas.path, directory);
  checkArgument('the options of loadGraph', schemas.graphOptions, options);
  const { graph, verify = false, ways = [], ...session } = options;
  const open = (artifact: Artifact) => openGraph<F>(artifact, graph, session);
  return withArtifact(directory, { verify, ways }, open, (loaded) => loaded.close());
}

async function openGraph<F extends GraphFacts>(
  artifact: Artifact,
  graph: string | undefined,
  options: SessionOptions,
): Promise<LoadedGraph<F>> {
  const { directory } = artifact;
  const { manifest } = artifact;
  const graphs = wholeGraphs(manifest.graphs, manifest.stages);
  const names = Object.keys(graphs);
  const [only] = names;
  const name = graph ?? (names.length === 1 ? only : undefined);
  if (name === undefined) {
    throw new UserError(
      `${directory} has the graphs ${names.join(', ')}: say which with { graph: '${only}' }, or load the model that they make with loadFlamingo.`,
    );
  }
  const weights = await LinkedWeights.open(artifact);
  try {
    const { openGraphSession } = await withRuntime(import('./session/open-graph.ts'));
    const session = await openGraphSession(artifact, name, options);
    const ports = graphs[name] ?? manifest.graphs[name];
    if (ports === undefined) throw new Error(`the graph ${name} was opened and is not there`);
    const profile = async () => placements(options.provider ?? 'cpu', await session.profile(), manifest);
    return new LoadedGraph<F>(name, ports, session, weights, profile);
  } catch (error) {
    await weights[Symbol.asyncDispose]();
    throw error;
  }
}

/** A loaded graph. Close it when it is no longer needed: it holds memory outside of JavaScript's heap. */
export class LoadedGraph<F extends GraphFacts = GraphFacts> implements AsyncDisposable {
  readonly name: string;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly #session: GraphSession;
  readonly #weights: LinkedWeights;
  readonly #profile: () => Promise<ModelProfile>;
  #closing: Promise<void> | undefined;

  /** Use `loadGraph`. */
  constructor(
    name: string,
    { inputs, outputs }: Pick<LoadedGraph, 'inputs' | 'outputs'>,
    session: GraphSession,
    weights: LinkedWeights,
    profile: () => Promise<ModelProfile>,
  ) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#session = session;
    this.#weights = weights;
    this.#profile = profile;
  }

  /**
   * Runs the graph once.
   *
   * @param values every input by name
   * @returns every output by name
   * @throws UserError for an input that is missing, unknown, of another dtype or shape, or whose open sizes are not those
   *   of the others
   */
  async run(values: GraphInputValues<F>): Promise<GraphOutputValues<F>> {
    checkArgument(`the values of the graph '${this.name}'`, schemas.graphValues, values);
    const given: Readonly<Record<string, unknown>> = values;
    const stray = Object.keys(given).find((name) => this.inputs.every((port) => port.name !== name));
    if (stray !== undefined) {
      throw new UserError(
        `The graph '${this.name}' has no input '${stray}': its inputs are ${this.inputs.map(describePort).join(', ')}.`,
      );
    }
    const sizes = new Map<string, number>();
    const feeds = this.inputs.map((port) => [
      port.name,
      graphInput(this.name, port, given[port.name], sizes),
    ]);
    await this.#weights.check();
    const outputs = await this.#session.run(Object.fromEntries(feeds));
    const results = this.outputs.map(({ name }) => {
      const output = outputs[name];
      if (output === undefined) throw new Error(`the graph gave no ${name}`);
      return [name, { data: output.data, shape: output.dims }];
    });
    // The session was compared with the manifest when it was opened: these are the graph's outputs, in their dtypes.
    return Object.fromEntries(results) as GraphOutputValues<F>;
  }

  /**
   * What ran where until now, and how long it took, of a graph that was loaded with `{ profile: true }`; it ends the
   * recording. Without, nothing is known of it.
   */
  profile(): Promise<ModelProfile> {
    return this.#profile();
  }

  /** Frees the graph's memory. A second call does nothing. */
  async close(): Promise<void> {
    this.#closing ??= this.#session.close().then(() => this.#weights[Symbol.asyncDispose]());
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
