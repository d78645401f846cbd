import type { OnnxConstant, OnnxGraph, OnnxNode, OnnxPort } from './onnx-graph.ts';
import { plainNode } from './plain-node.ts';

/** ONNX's number of double precision, which only nodes that are written by hand compute in. */
const DOUBLE = 11;

/**
 * Nodes that stand for no operation of an author's, written one by one. Names begin with words and a space, which those
 * of an author's values have not.
 */
export class NodeWriter {
  readonly #prefix: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxConstant[] = [];
  #count = 0;

  /** @param prefix of all names: another one in each graph within a graph */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Writes a node of one output, and says what that is called. */
  node(type: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    const [output = ''] = this.nodes(type, inputs, 1, attributes);
    return output;
  }

  nodes(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: OnnxNode['attributes'] = {},
  ): readonly string[] {
    const names = Array.from({ length: outputs }, () => this.#name(type));
    this.#nodes.push(plainNode(type, inputs, names, attributes));
    return names;
  }

  /** Gives a value a name of its own, as outputs have. */
  rename(value: string, name: string): void {
    this.#nodes.push(plainNode('Identity', [value], [name]));
  }

  add(nodes: readonly OnnxNode[], constants: readonly OnnxConstant[]): void {
    this.#nodes.push(...nodes);
    this.#constants.push(...constants);
  }

  /** @param shape default one axis; `[]` is a scalar */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant({ dtype: 'int64', shape, data });
  }

  numbers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#constant({ dtype: 'float32', shape, data: Float32Array.from(values) });
  }

  /** In double precision. */
  double(value: string): string {
    return this.node('Cast', [value], { to: DOUBLE });
  }

  float(value: string): string {
    return this.node('Cast', [value], { to: { type: 'float32' } });
  }

  integer(value: string): string {
    return this.node('Cast', [value], { to: { type: 'int64' } });
  }

  /** `[batch]` as `[batch, 1]`. */
  column(value: string): string {
    return this.node('Unsqueeze', [value, this.integers([1])]);
  }

  /** The size of an axis, as int64 `[1]`. */
  size(value: string, axis: number): string {
    return this.node('Shape', [value], { start: axis, end: axis + 1 });
  }

  /** @param parameters those that the graph reads; of one within a graph none, as they are those of the graph around it */
  finish(
    name: string,
    inputs: readonly OnnxPort[],
    outputs: readonly OnnxPort[],
    parameters: OnnxGraph['parameters'] = [],
  ): OnnxGraph {
    return { name, inputs, outputs, nodes: this.#nodes, constants: this.#constants, parameters };
  }

  #constant(constant: Omit<OnnxConstant, 'name'>): string {
    const name = this.#name('constant');
    this.#constants.push({ ...constant, name });
    return name;
  }

  #name(what: string): string {
    return `${this.#prefix} ${what} ${this.#count++}`;
  }
}
