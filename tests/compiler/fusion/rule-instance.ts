import type { Form } from '../../../compiler/fusion/rule.ts';
import type { AttributePattern, Declaration, Expression, Literal } from '../../../compiler/fusion/syntax.ts';
import { evaluate, type Value } from '../../../compiler/fusion/value.ts';
import type { StoredParameter } from '../../../compiler/stored-parameter.ts';
import type { Dtype } from '../../../dsl/dtype.ts';
import type { Graph } from '../../../dsl/graph.ts';
import { applyAll } from '../../../dsl/operator.ts';
import { parameterTensor } from '../../../dsl/parameter.ts';
import type { Attributes, AttributeValue, Tensor } from '../../../dsl/tensor.ts';
import type { Values } from '../../support/run-graph.ts';
import type { ConcretePattern } from './concrete-pattern.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Changes that make an instance no longer one; each is applied where it is asked about. */
export interface Spoil {
  readonly shape?: (variable: string, shape: readonly number[]) => readonly number[];
  readonly constant?: (value: number, name: string | undefined) => number;
  readonly attribute?: (
    operator: string,
    attribute: string,
    value: AttributeValue | undefined,
  ) => AttributeValue | undefined;
  /** The name under which the nth occurrence of a variable is made. */
  readonly variable?: (name: string, occurrence: number) => string;
  readonly parameters?: false;
}

export interface Instance {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Values>>;
  /** Operations that the rule replaces without providing their value, by a word for each. */
  readonly inner: readonly { readonly word: string; readonly tensor: Tensor }[];
}

/** What a pattern leaves open, by the name it is bound to. */
const CONSTANTS: Readonly<Record<string, number>> = {
  epsilon: 0.0078125,
  factor: 0.375,
  divisor: 2.5,
  hidden: Number.NEGATIVE_INFINITY,
  low: -3.4028234663852886e38,
};
const ATTRIBUTES: Readonly<Record<string, AttributeValue>> = {
  epsilon: 0.0078125,
  scale: 0.625,
  interleaved: true,
  causal: false,
};
const DTYPES: Readonly<Record<string, Dtype>> = { mask: 'bool', hiding: 'bool' };
/** Shapes that a rule leaves to its operators, from the sizes of its other tensors. */
const SHAPES: Readonly<Record<string, (size: (name: string) => number) => readonly number[]>> = {
  mask: (size) => [size('batch'), 1, size('queries'), size('allKeys')],
  hiding: (size) => [size('queries'), size('keys')],
  bias: (size) => [1, size('heads'), size('queries'), size('allKeys')],
  q: (size) => [size('batch'), size('queries'), size('heads') * size('headDim')],
  k: (size) => [size('batch'), size('keys'), size('keyValueHeads') * size('headDim')],
  v: (size) => [size('batch'), size('keys'), size('keyValueHeads') * size('headDim')],
};
/** Attributes that stand behind `...`. */
const REST: Readonly<Record<string, Attributes>> = { attention: { causal: true } };

/** Builds one random graph that a form must match: sizes, orders of commutative inputs and values are drawn. */
export function buildInstance(
  form: Form,
  pattern: ConcretePattern,
  seed: number,
  spoil: Spoil = {},
): Instance {
  return new InstanceBuilder(form, seed, spoil).build(pattern);
}

class InstanceBuilder {
  private readonly random: () => number;
  private readonly sizes = new Map<string, Value>();
  private readonly variables = new Map<string, Tensor>();
  private readonly occurrences = new Map<string, number>();
  private readonly named = new Map<string, Tensor>();
  private readonly feeds: Record<string, Values> = {};
  private readonly inner: { word: string; tensor: Tensor }[] = [];
  private readonly rest: readonly number[];
  private readonly attends: boolean;

  constructor(
    private readonly form: Form,
    seed: number,
    private readonly spoil: Spoil,
  ) {
    this.random = randomNumbers(seed);
    this.attends = form.rule.startsWith('attention');
    this.rest = this.random() < 0.5 ? [3] : [2, 3];
    for (const { shape } of form.declarations) {
      for (const item of shape ?? []) {
        if (item.kind === 'size' && item.size.kind === 'name') this.size(item.size.word.name);
      }
    }
    for (const { shape } of form.declarations) {
      for (const item of shape ?? []) if (item.kind === 'size') this.drawNames(item.size);
    }
  }

  build(pattern: ConcretePattern): Instance {
    const result = this.tensor(pattern, false, true);
    if (result === undefined) throw new Error('a pattern stands for a tensor');
    const outputs: Record<string, Tensor> = { result };
    for (const name of this.form.results) {
      const tensor = name === undefined ? undefined : this.named.get(name);
      if (name !== undefined && tensor !== undefined) outputs[name] = tensor;
    }
    const inputs = Object.fromEntries([...this.variables].filter(([name]) => name in this.feeds));
    return { graph: { name: 'instance', inputs, outputs }, feeds: this.feeds, inner: this.inner };
  }

  /** The size of a name, drawn when it is first asked for. */
  private size(name: string): number {
    const known = this.sizes.get(name);
    if (typeof known === 'number') return known;
    const drawn = this.dependentSize(name) ?? 2 + Math.floor(this.random() * 4);
    this.sizes.set(name, drawn);
    return drawn;
  }

  /** Heads of queries come in groups, features that turn in pairs, and keys after those of a past. */
  private dependentSize(name: string): number | undefined {
    const written = JSON.stringify(this.form.pattern);
    const has = (word: string) => written.includes(`"name":"${word}"`);
    if (name === 'heads' && has('keyValueHeads')) return this.size('keyValueHeads') * 2;
    if (name === 'headDim' && has('rotary')) return this.size('half') * 2;
    if (name === 'allKeys') return this.size('keys') + (has('pastKey') ? this.size('past') : 0);
    return undefined;
  }

  private drawNames(expression: Expression): void {
    if (expression.kind === 'name') this.size(expression.word.name);
    if (expression.kind !== 'arithmetic') return;
    this.drawNames(expression.left);
    this.drawNames(expression.right);
  }

  private tensor(pattern: ConcretePattern, shared: boolean, outermost = false): Tensor | undefined {
    if (pattern.kind === 'none') return undefined;
    if (pattern.kind === 'any') return this.variable('any');
    if (pattern.kind === 'variable') return this.variable(pattern.word.name);
    if (pattern.kind === 'constant') return this.constant(pattern.value);
    return this.operation(pattern, shared, outermost);
  }

  private constant(value: Extract<ConcretePattern, { kind: 'constant' }>['value']): Tensor {
    const name = typeof value === 'object' ? value.name : undefined;
    const number = typeof value === 'number' ? value : (CONSTANTS[name ?? ''] ?? 0.75);
    const data = Float32Array.of(this.spoil.constant?.(number, name) ?? number);
    return { dtype: 'float32', shape: [], source: { kind: 'constant', data } };
  }

  private operation(
    { pattern, inputs: patterns }: Extract<ConcretePattern, { kind: 'operation' }>,
    within: boolean,
    outermost: boolean,
  ): Tensor {
    const operator = this.form.operators.get(pattern.operator.name);
    if (operator === undefined) throw new Error(`no operator ${pattern.operator.name}`);
    const shared = within || pattern.shared;
    const inputs = patterns.map((each) => this.tensor(each, shared));
    while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop();
    const [first, second, ...others] = inputs;
    const swapped = operator.commutative === true && this.random() < 0.5;
    const given = swapped ? [second, first, ...others] : inputs;
    const attributes: Record<string, AttributeValue | undefined> = pattern.rest
      ? { ...REST[operator.name] }
      : {};
    for (const each of pattern.attributes) {
      const value = this.attribute(each, pattern.names[0]?.name, given[0]?.shape.length ?? 0);
      attributes[each.attribute.name] =
        this.spoil.attribute === undefined
          ? value
          : this.spoil.attribute(operator.name, each.attribute.name, value);
    }
    const outputs = applyAll(operator, given, attributes);
    const [tensor] = outputs;
    if (tensor === undefined) throw new Error(`${operator.name} has no output`);
    for (const [index, { name }] of pattern.names.entries()) {
      const output = outputs[index];
      if (output !== undefined) this.named.set(name, output);
    }
    const provided = pattern.names.some(({ name }) => this.form.results.includes(name));
    if (!outermost && !shared && !provided) this.inner.push({ word: operator.name, tensor });
    return tensor;
  }

  private attribute(
    { attribute, value }: AttributePattern,
    output: string | undefined,
    rank: number,
  ): AttributeValue {
    if ('kind' in value) return literalValue(value, rank);
    const declared = this.form.declarations.find(({ word }) => word.name === output);
    if (attribute.name === 'shape' && declared !== undefined) return this.shapeOf(declared).map(String);
    const listed = ATTRIBUTES[value.name];
    return listed ?? this.size(value.name);
  }

  private variable(name: string): Tensor {
    const occurrence = this.occurrences.get(name) ?? 0;
    this.occurrences.set(name, occurrence + 1);
    const produced = this.named.get(name);
    const madeAs = this.spoil.variable?.(name, occurrence) ?? name;
    if (produced !== undefined && madeAs === name) return produced;
    const known = this.variables.get(madeAs);
    if (known !== undefined) return known;
    const declaration = this.form.declarations.find(({ word }) => word.name === name);
    const shape =
      this.spoil.shape?.(name, this.shapeFor(name, declaration)) ?? this.shapeFor(name, declaration);
    const dtype = DTYPES[name] ?? 'float32';
    const tensor: Tensor =
      declaration?.parameter === true && this.spoil.parameters !== false
        ? namedParameter(madeAs, dtype, shape)
        : { dtype, shape, source: { kind: 'input', name: madeAs } };
    this.variables.set(madeAs, tensor);
    this.feeds[madeAs] = { dtype, shape, data: this.values(name, dtype, shape) };
    return tensor;
  }

  private shapeFor(name: string, declaration: Declaration | undefined): readonly number[] {
    const listed = SHAPES[name];
    // Rank 3 in a rule about tensors without heads.
    if (declaration?.shape?.every(({ kind }) => kind === 'any') === true && listed !== undefined) {
      return listed((size) => this.size(size)).toSpliced(1, 1);
    }
    if (declaration?.shape !== undefined) return this.shapeOf(declaration);
    if (listed !== undefined && this.attends) return listed((size) => this.size(size));
    return [...this.rest, 4];
  }

  private shapeOf({ shape = [] }: Declaration): readonly number[] {
    return shape.flatMap((item) => {
      if (item.kind === 'rest') return this.rest;
      if (item.kind === 'any') return [2];
      const value = evaluate(item.size, { tensors: new Map(), values: this.sizes });
      if (typeof value !== 'number') throw new Error('a size of the rule has no number');
      return [value];
    });
  }

  /** Normal enough; in masks every row keeps its first key, because a row without keys is a case of its own. */
  private values(name: string, dtype: Dtype, shape: readonly number[]): readonly number[] {
    const count = shape.reduce((product, size) => product * size, 1);
    const columns = shape.at(-1) ?? 1;
    return Array.from({ length: count }, (_, index) => {
      if (dtype !== 'bool') return Math.fround((this.random() - 0.5) * 3);
      if (index % columns === 0) return name === 'hiding' ? 0 : 1;
      return this.random() < 0.5 ? 1 : 0;
    });
  }
}

function literalValue(literal: Literal, rank: number): AttributeValue {
  if (literal.kind === 'literal') return literal.value;
  if (literal.kind === 'last') return rank - 1;
  return literal.items.map((item) => Number(literalValue(item, rank)));
}

function namedParameter(name: string, dtype: Dtype, shape: readonly number[]): Tensor {
  const initialiser = { kind: 'constant', value: 0 } as const;
  const parameter: StoredParameter = { name, dtype, shape, initialiser, trainable: true };
  return parameterTensor(parameter);
}
