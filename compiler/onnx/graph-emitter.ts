import { encodeScalar } from '../../artifact/weights/scalar.ts';
import type { Dtype } from '../../dsl/dtype.ts';
import type { BodyGraph, Branch, EmittedAttributes, Emitter } from '../../dsl/emitter.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { termsOf } from '../../dsl/shape/dim.ts';
import type { Capabilities } from '../../dsl/target.ts';
import type { ConstantData, Dim, Tensor, TensorType } from '../../dsl/tensor.ts';
import type { StoredParameter } from '../stored-parameter.ts';
import { type KernelTable, missingKernel } from './kernels.ts';
import type {
  NodeAttribute,
  OnnxConstant,
  OnnxGraph,
  OnnxNode,
  OnnxParameter,
  OnnxPort,
} from './onnx-graph.ts';
import { renamedValue } from './renamed-value.ts';
import { resultDtypes } from './result-dtypes.ts';

type NodeAttributes = EmittedAttributes<Tensor>;

/** What the emitter must know of a target. */
export type EmitterTarget = {
  readonly capabilities: Capabilities;
  /** What its provider computes itself; undefined: everything. */
  readonly kernels: KernelTable | undefined;
};

/** Lowers the graphs that a node of another runs. */
export interface LowerWithin {
  readonly body: (body: BodyGraph<Tensor>, around: GraphEmitter) => OnnxGraph;
  readonly branch: (branch: Branch<Tensor>, around: GraphEmitter) => OnnxGraph;
}

/** Collects the nodes that operators write, names their values, and computes open sizes once each. */
export class GraphEmitter implements Emitter<Tensor> {
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  private nodeList: OnnxNode[] = [];
  private readonly constants = new Map<string, OnnxConstant>();
  private readonly parameters = new Map<StoredParameter, OnnxParameter>();
  private readonly dtypes = new Map<string, Dtype>();
  private readonly takenNames = new Map<string, number>();
  private readonly made = new Map<string, string>();
  /** Values that were renamed to be outputs, by the names that they were written under. */
  private readonly outputNames = new Map<string, string>();
  private path = '';
  private doc: string | undefined;

  constructor(
    readonly target: EmitterTarget,
    readonly fusion: boolean,
    private readonly lowerWithin: LowerWithin,
  ) {}

  get capabilities(): Capabilities {
    return this.target.capabilities;
  }

  hasKernel(type: string, inputs: readonly (string | undefined)[], domain = ''): boolean {
    const { kernels } = this.target;
    if (kernels === undefined) return true;
    const inputDtypes = inputs.map((input) => (input === undefined ? undefined : this.dtypeOf(input)));
    return missingKernel(kernels, { type, domain, inputDtypes }) === undefined;
  }

  /** Says which operation writes the next nodes: their names and documentation come from it. */
  begin(path: string, doc: string | undefined): void {
    this.path = path;
    this.doc = doc;
  }

  /** Says that the next nodes stand for what those stand for that another writes now. */
  beginLike({ path, doc }: GraphEmitter): void {
    this.begin(path, doc);
  }

  describe(value: string, dtype: Dtype): void {
    this.dtypes.set(value, dtype);
  }

  dtypeOf(value: string): Dtype | undefined {
    return this.dtypes.get(value);
  }

  input(name: string, type: TensorType): string {
    this.inputs.push({ name, dtype: type.dtype, shape: type.shape });
    this.dtypes.set(name, type.dtype);
    this.takenNames.set(name, 1);
    return name;
  }

  /** Keeps the names of the outputs for them: authors call other values by the same words. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.takenNames.set(name, 1);
  }

  parameter(parameter: StoredParameter): string {
    const known = this.parameters.get(parameter);
    if (known !== undefined) return known.name;
    const name = this.uniqueName(parameter.name);
    this.parameters.set(parameter, { name, parameter });
    this.dtypes.set(name, parameter.dtype);
    return name;
  }

  node(
    type: string,
    inputs: readonly (string | undefined)[],
    attributes: NodeAttributes = {},
    domain = '',
  ): string {
    return this.nodes(type, inputs, 1, attributes, domain)[0] ?? '';
  }

  nodes(
    type: string,
    inputs: readonly (string | undefined)[],
    outputs: number,
    attributes: NodeAttributes = {},
    domain = '',
  ): readonly string[] {
    const given = [...inputs];
    while (given.length > 0 && given.at(-1) === undefined) given.pop();
    const withBodies = this.withBodies(attributes);
    const name = this.uniqueName(this.path === '' ? type : this.path);
    const outputNames = Array.from({ length: outputs }, (_, index) =>
      index === 0 ? name : this.uniqueName(`${name}.${index}`),
    );
    const inputDtypes = given.map((input) => (input === undefined ? undefined : this.dtypeOf(input)));
    this.nodeList.push({
      name,
      type,
      domain,
      inputs: given.map((input) => input ?? ''),
      outputs: outputNames,
      attributes: withBodies,
      doc: this.doc,
      inputDtypes,
    });
    for (const [index, dtype] of resultDtypes(type, inputDtypes, withBodies).entries()) {
      const output = outputNames[index];
      if (output !== undefined && dtype !== undefined) this.describe(output, dtype);
    }
    return outputNames;
  }

  /** What a node runs may ask for sizes and constants of the graph around it: it is lowered before the node stands there. */
  private withBodies(attributes: NodeAttributes): OnnxNode['attributes'] {
    const { path, doc } = this;
    const lowered = Object.entries(attributes).map(([name, value]): [string, NodeAttribute | undefined] => {
      if (typeof value !== 'object') return [name, value];
      if ('body' in value) return [name, { graph: this.lowerWithin.body(value.body, this) }];
      if ('branch' in value) return [name, { graph: this.lowerWithin.branch(value.branch, this) }];
      return [name, value];
    });
    this.begin(path, doc);
    return Object.fromEntries(lowered);
  }

  once(key: string, make: () => string): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.made.set(key, value);
    return value;
  }

  constant(data: ConstantData, shape: readonly number[], dtype: Dtype = dtypeOfData(data)): string {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const key = `${dtype}[${shape.join(',')}]${bytes.toString('base64')}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known.name;
    const name = this.uniqueName('constant');
    this.constants.set(key, { name, dtype, shape, data });
    this.dtypes.set(name, dtype);
    return name;
  }

  scalar(value: number, dtype: Dtype): string {
    return this.constant(encodeScalar(value, dtype), [], dtype);
  }

  shape(dims: readonly Dim[]): string {
    if (dims.every((dim) => typeof dim === 'number')) return this.vector(dims.map(Number));
    const key = `[${dims.join(',')}]`;
    return this.once(key, () => {
      const pieces = dims.map((dim) => (typeof dim === 'number' ? this.vector([dim]) : this.sizeVector(dim)));
      const [only] = pieces;
      return pieces.length === 1 && only !== undefined ? only : this.sizeNode('Concat', pieces, { axis: 0 });
    });
  }

  size(dim: Dim): string {
    if (typeof dim === 'number') return this.scalar(dim, 'int64');
    return this.once(`size ${dim}`, () => this.sizeNode('Squeeze', [this.sizeVector(dim), this.vector([0])]));
  }

  output(name: string, given: string, type: TensorType): void {
    const value = this.outputNames.get(given) ?? given;
    const producer = this.nodeList.find((node) => node.outputs.includes(value));
    const alreadyOutput = this.outputs.some((port) => port.name === value);
    if (producer !== undefined && !alreadyOutput) {
      this.nodeList = this.nodeList.map((node) =>
        renamedValue(node, (each) => (each === value ? name : each)),
      );
      this.outputNames.set(value, name);
    } else {
      this.path = `${name}/identity`;
      const copy = this.node('Identity', [value]);
      const last = this.nodeList.pop();
      if (last !== undefined)
        this.nodeList.push({ ...last, outputs: last.outputs.map((each) => (each === copy ? name : each)) });
    }
    this.outputs.push({ name, dtype: type.dtype, shape: type.shape });
  }

  finish(name: string): OnnxGraph {
    return {
      name,
      inputs: this.inputs,
      outputs: this.outputs,
      nodes: this.nodeList,
      constants: [...this.constants.values()],
      parameters: [...this.parameters.values()],
    };
  }

  /** An open size as an int64 vector of one element: read from an input's shape, or computed from its terms. */
  private sizeVector(dim: string): string {
    return this.once(`vector ${dim}`, () => {
      for (const port of this.inputs) {
        const axis = port.shape.indexOf(dim);
        if (axis >= 0) return this.sizeNode('Shape', [port.name], { start: axis, end: axis + 1 });
      }
      const terms = termsOf(dim).map(
        ({ coefficient, names }) =>
          names
            .map((each) => (each === dim ? this.unknownSize(dim) : this.sizeVector(each)))
            .reduce(
              (product, factor) => (product === undefined ? factor : this.sizeNode('Mul', [product, factor])),
              coefficient === 1 && names.length > 0 ? undefined : this.vector([coefficient]),
            ) ?? this.vector([1]),
      );
      return terms.reduce((sum, term) => this.sizeNode('Add', [sum, term]));
    });
  }

  private unknownSize(dim: string): never {
    const known = [
      ...new Set(this.inputs.flatMap((port) => port.shape.filter((each) => typeof each === 'string'))),
    ];
    throw new ModelError(
      `size '${dim}' is not an axis of any input of the graph; its open sizes are: ${known.join(', ')}`,
    );
  }

  private sizeNode(type: string, inputs: readonly string[], attributes: NodeAttributes = {}): string {
    const { path, doc } = this;
    this.begin('sizes', undefined);
    const value = this.node(type, inputs, attributes);
    this.describe(value, 'int64');
    this.begin(path, doc);
    return value;
  }

  private vector(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** A name that no value of this graph, of those around it or within it has. */
  uniqueName(wanted: string): string {
    const count = this.takenNames.get(wanted) ?? 0;
    this.takenNames.set(wanted, count + 1);
    return count === 0 ? wanted : this.uniqueName(`${wanted}_${count}`);
  }
}

function dtypeOfData(data: ConstantData): Dtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}
