import type { AttributeValue, ConstantData } from './attributes.ts';
import type { Dim } from './dim.ts';
import type { Dtype } from './dtype.ts';
import type { Capabilities } from './target.ts';

/** ONNX attributes: numbers are written as integers unless wrapped by `float`, lists likewise. */
export type OnnxAttribute =
  | AttributeValue
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly type: Dtype };

/** A graph that a control-flow node runs, of this project's operators on tensors `T`. */
export interface BodyGraph<T> {
  /** What the node gives it, in order. */
  readonly inputs: readonly T[];
  readonly outputs: readonly T[];
  /** Further inputs, which stand for values of the graph around it. */
  readonly around: ReadonlyMap<T, string>;
}

/** A graph that a control-flow node runs, of ONNX nodes: it takes nothing but values of the graph around it. */
export interface Branch<T> {
  /** What it gives. */
  readonly dtype: Dtype;
  readonly shape: readonly Dim[];
  /** Writes the nodes, and says what the result is called. */
  write(emit: Emitter<T>): string;
}

/** The attributes of a node by name; one that is undefined is left out. */
export type EmittedAttributes<T> = Readonly<
  Record<string, OnnxAttribute | { readonly body: BodyGraph<T> } | { readonly branch: Branch<T> } | undefined>
>;

/**
 * What an operator's `lower` writes to: a growing ONNX graph. Values are named by strings; names are made unique by
 * the emitter, from the author's names where they are known.
 */
export interface Emitter<T = never> {
  /** What the target is good at: where a lowering has a choice, this decides. */
  readonly capabilities: Capabilities;
  /** Whether operators of the `com.microsoft` domain may be used. */
  readonly fusion: boolean;
  /**
   * Whether the target's provider computes an operator itself on values of these dtypes; elsewhere ONNX Runtime would copy
   * them to the CPU and back. Where the same can be said in several operators, this decides.
   */
  hasKernel(type: string, inputs: readonly (string | undefined)[], domain?: string): boolean;
  /** Adds a node with one output and returns the output's name. A trailing undefined input is left out. */
  node(
    type: string,
    inputs: readonly (string | undefined)[],
    attributes?: EmittedAttributes<T>,
    domain?: string,
  ): string;
  /** Adds a node with several outputs; an output that nobody asks for has an empty name. */
  nodes(
    type: string,
    inputs: readonly (string | undefined)[],
    outputs: number,
    attributes?: EmittedAttributes<T>,
    domain?: string,
  ): readonly string[];
  /** A value that several operators need alike, written by the first of them: `make` runs once a key. */
  once(key: string, make: () => string): string;
  /** A constant tensor; equal constants share one initializer. */
  constant(data: ConstantData, shape: readonly number[], dtype?: Dtype): string;
  /** A scalar of the given dtype. */
  scalar(value: number, dtype: Dtype): string;
  /** An int64 vector of the sizes, computed in the graph where they are open (`'text'`, `'past+text'`). */
  shape(dims: readonly Dim[]): string;
  /** One size as an int64 scalar (rank 0). */
  size(dim: Dim): string;
}
