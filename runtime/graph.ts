import type { GraphManifest, GraphPort } from '../artifact/manifest.ts';
import { UserError } from '../artifact/user-error.ts';
import { evaluateDim, isOpen, subtractDims, termsOf } from '../dsl/shape/dim.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { openArtifact } from './artifact.ts';
import { Tensor } from './onnx-runtime.ts';
import { openGraphSession } from './open-graph.ts';
import type { OnnxSession, SessionOptions } from './session.ts';

/** The array that holds values of each dtype: halves as their bits, bool as bytes of 0 and 1. */
export interface GraphArrays {
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly bool: Uint8Array;
}
export type GraphDtype = keyof GraphArrays;

/** Values of one input or output, row-major. */
export interface GraphValue<D extends GraphDtype = GraphDtype> {
  readonly data: GraphArrays[D];
  readonly shape: readonly number[];
}

/** The inputs and outputs of a graph by name, as the generated client's `facts.graphs` has them. */
export interface GraphFacts {
  readonly inputs: Readonly<Record<string, { readonly dtype: string }>>;
  readonly outputs: Readonly<Record<string, { readonly dtype: string }>>;
}

/** The dtype that a port's facts name; where they are not known to the type checker, any. */
type DtypeOf<Port extends { readonly dtype: string }> = string extends Port['dtype']
  ? GraphDtype
  : Extract<Port['dtype'], GraphDtype>;

/** What `run` takes: every input, as values with their shape, or alone where at most one size is open. */
export type GraphInputValues<F extends GraphFacts> = {
  readonly [N in keyof F['inputs']]:
    | GraphArrays[DtypeOf<F['inputs'][N]>]
    | GraphValue<DtypeOf<F['inputs'][N]>>;
};

export type GraphOutputValues<F extends GraphFacts> = {
  readonly [N in keyof F['outputs']]: GraphValue<DtypeOf<F['outputs'][N]>>;
};

export type LoadGraphOptions = SessionOptions & {
  /** Which of the artifact's graphs; default: its only one. */
  readonly graph?: string;
  /** Compare the SHA-256 of large files too. Default false. */
  readonly verify?: boolean;
};

/**
 * Loads one graph of an artifact, to be run by its named inputs and outputs. It computes in the caller's thread.
 *
 *     await using classifier = await loadGraph('artifacts/classifier');
 *     const { scores } = await classifier.run({ features: { data: new Float32Array(8), shape: [2, 4] } });
 *
 * @param directory the artifact's folder
 * @throws UserError for an artifact or a provider that cannot be used, or several graphs where none was chosen
 */
export async function loadGraph<F extends GraphFacts = GraphFacts>(
  directory: string,
  options: LoadGraphOptions = {},
): Promise<LoadedGraph<F>> {
  checkArgument("the artifact's folder", schemas.path, directory);
  checkArgument('the options of loadGraph', schemas.graphOptions, options);
  const { graph, verify = false, ...session } = options;
  const artifact = await openArtifact(directory, { verify });
  const names = Object.keys(artifact.manifest.graphs);
  const [only] = names;
  const name = graph ?? (names.length === 1 ? only : undefined);
  if (name === undefined) {
    throw new UserError(
      `${directory} has the graphs ${names.join(', ')}: say which with { graph: '${only}' }, or load the model that they make with loadFlamingo.`,
    );
  }
  const opened = await openGraphSession(artifact, name, session);
  const ports = artifact.manifest.graphs[name];
  if (ports === undefined) throw new Error(`the graph ${name} was opened and is not there`);
  return new LoadedGraph<F>(name, ports, opened);
}

/** A loaded graph. Close it when it is no longer needed: it holds memory outside of JavaScript's heap. */
export class LoadedGraph<F extends GraphFacts = GraphFacts> implements AsyncDisposable {
  readonly name: string;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
  readonly #session: OnnxSession;

  /** Use `loadGraph`. */
  constructor(name: string, { inputs, outputs }: GraphManifest, session: OnnxSession) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#session = session;
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
    const feeds = this.inputs.map((port) => [port.name, tensorOf(this.name, port, given[port.name], sizes)]);
    const outputs = await this.#session.run(Object.fromEntries(feeds));
    const results = this.outputs.map(({ name }) => {
      const output = outputs[name];
      if (output === undefined) throw new Error(`the graph gave no ${name}`);
      return [name, { data: output.data, shape: output.dims }];
    });
    // The session was compared with the manifest when it was opened: these are the graph's outputs, in their dtypes.
    return Object.fromEntries(results) as GraphOutputValues<F>;
  }

  /** Frees the graph's memory. A second call does nothing. */
  close(): Promise<void> {
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const satisfies { readonly [D in GraphDtype]: new () => GraphArrays[D] };

/**
 * One input, checked.
 *
 * @param sizes what the open sizes are by the inputs before; those of this one are added
 */
function tensorOf(graph: string, port: GraphPort, value: unknown, sizes: Map<string, number>): Tensor {
  const { name, dtype } = port;
  const wrong = (found: string, advice: string) =>
    new UserError(`The input '${name}' of the graph '${graph}' ${found}: ${advice}.`);
  const wanted = `give ${describePort(port)}`;
  if (dtype === 'bfloat16') {
    throw wrong(
      'is bfloat16, which ONNX Runtime takes from no JavaScript array',
      'compile the graph with a float32 input',
    );
  }
  if (value === undefined) throw wrong('is missing', wanted);
  const array = ARRAYS[dtype];
  const { data, shape } = isValue(value) ? value : { data: value, shape: undefined };
  if (!(data instanceof array))
    throw wrong(`was given as ${describeArray(data)}`, `${wanted} in a ${array.name}`);
  const dims = shape ?? inferredShape(port, data.length, sizes);
  if (dims === undefined) {
    throw wrong(
      `has ${data.length} values without a shape, which does not say what its open sizes are`,
      `give { data, shape } with a shape of [${port.shape.join(', ')}]`,
    );
  }
  if (!Array.isArray(dims) || !dims.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw wrong(`has the shape ${JSON.stringify(dims)}`, 'give a list of whole numbers from 0');
  }
  const fixed = fixSizes(port, dims, sizes);
  if (fixed !== undefined) throw wrong(`has the shape [${dims.join(', ')}]${fixed}`, wanted);
  const count = dims.reduce((product: number, size: number) => product * size, 1);
  if (count !== data.length) {
    throw wrong(
      `has ${data.length} values and the shape [${dims.join(', ')}], which has ${count}`,
      'give as many values as the shape has',
    );
  }
  return new Tensor(dtype, data, dims);
}

/** Why a shape does not fit; the open sizes that it settles are added. */
function fixSizes(
  { shape }: GraphPort,
  dims: readonly number[],
  sizes: Map<string, number>,
): string | undefined {
  if (dims.length !== shape.length) return ` of ${dims.length} axes`;
  for (const [axis, dim] of shape.entries()) {
    const found = dims[axis] ?? 0;
    if (typeof dim === 'string' && !sizes.has(dim) && isName(dim)) sizes.set(dim, found);
  }
  for (const [axis, dim] of shape.entries()) {
    const found = dims[axis] ?? 0;
    const expected = evaluateDim(dim, sizes);
    if (expected !== undefined && expected !== found) {
      return isOpen(dim) ? ` although '${dim}' is ${expected} by the other sizes` : '';
    }
    if (expected === undefined) settle(dim, found, sizes);
  }
  return undefined;
}

/** Of a sum whose other terms are known, the one name that is left: `past` of `past+text`. */
function settle(dim: string | number, found: number, sizes: Map<string, number>): void {
  const terms = termsOf(dim);
  const unknown = terms.filter(({ names }) => names.some((name) => !sizes.has(name)));
  const [term] = unknown;
  const [name] = term?.names ?? [];
  if (unknown.length !== 1 || term?.names.length !== 1 || term.coefficient !== 1 || name === undefined)
    return;
  const rest = evaluateDim(subtractDims(dim, name), sizes);
  if (rest !== undefined && found >= rest) sizes.set(name, found - rest);
}

/** The shape of values that came alone, where the port and the sizes so far leave at most one size open. */
function inferredShape(
  { shape }: GraphPort,
  length: number,
  sizes: ReadonlyMap<string, number>,
): number[] | undefined {
  const known = shape.map((dim) => evaluateDim(dim, sizes));
  const open = known.filter((size) => size === undefined).length;
  const product = known.reduce<number>((all, size) => all * (size ?? 1), 1);
  if (open > 1 || (open === 1 && (product === 0 || length % product !== 0))) return undefined;
  return known.map((size) => size ?? length / product);
}

function isName(dim: string): boolean {
  return /^[A-Za-z_]\w*$/.test(dim);
}

function isValue(value: unknown): value is { data: unknown; shape: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'shape' in value;
}

function describePort({ name, dtype, shape }: GraphPort): string {
  return `'${name}' ${dtype} [${shape.join(', ')}]`;
}

function describeArray(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? `a ${value.constructor.name}` : `a ${typeof value}`;
}
