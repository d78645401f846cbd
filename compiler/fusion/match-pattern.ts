import type { Attributes, AttributeValue, Operation, Tensor } from '../../dsl/tensor.ts';
import type { Bindings } from './bindings.ts';
import { describeLiteral, describeMaker, describeValue, type Failure, type OnFailure } from './near-miss.ts';
import type { AttributePattern, Literal, OperationPattern, Pattern } from './syntax.ts';
import { isNear, sameValue, type Value } from './value.ts';

/** Where in a graph a pattern is being matched. */
interface Walk {
  /** Whether other readers of the values do not matter: within an operation that is written `shared`. */
  readonly shared: boolean;
  /** The operation that reads the tensor. */
  readonly reader: Operation | undefined;
  readonly onFailure: OnFailure | undefined;
}

/**
 * Every way in which a tensor's expression fits a pattern, as the bindings that each way gives. Commutative operators
 * are tried in both orders and choices in their order; a name that occurs twice must be the same tensor.
 *
 * @param onFailure told of every way that does not fit
 */
export function matchPattern(
  pattern: Pattern,
  tensor: Tensor | undefined,
  bindings: Bindings,
  onFailure?: OnFailure,
): Generator<Bindings> {
  return match(pattern, tensor, bindings, { shared: false, reader: undefined, onFailure });
}

function* match(
  pattern: Pattern,
  tensor: Tensor | undefined,
  bindings: Bindings,
  walk: Walk,
): Generator<Bindings> {
  switch (pattern.kind) {
    case 'any':
      if (tensor !== undefined) yield bindings;
      else fails(walk, bindings, tensor, 'an input');
      return;
    case 'none':
      if (tensor === undefined) yield bindings;
      else fails(walk, bindings, tensor, 'no further input');
      return;
    case 'variable': {
      const { name } = pattern.word;
      if (tensor === undefined && !pattern.optional)
        return fails(walk, bindings, tensor, `an input '${name}'`);
      const bound = bindings.withTensor(name, tensor);
      if (bound !== undefined) yield bound;
      else fails(walk, bindings, tensor, `the same '${name}' as elsewhere in the rule`);
      return;
    }
    case 'constant':
      yield* matchConstant(pattern.value, tensor, bindings, walk);
      return;
    case 'choice':
      for (const choice of pattern.choices) {
        for (const matched of match(choice, tensor, bindings, walk)) {
          const [name] = pattern.names;
          const bound = name === undefined ? matched : matched.withTensor(name.name, tensor);
          if (bound !== undefined) yield bound;
        }
      }
      return;
    case 'operation':
      yield* matchOperation(pattern.pattern, tensor, bindings, walk);
  }
}

function fails(
  { onFailure, reader }: Walk,
  bindings: Bindings,
  tensor: Tensor | undefined,
  expected: string,
  found?: string,
): void {
  if (onFailure === undefined) return;
  const at = tensor?.source.kind === 'operation' ? tensor.source.operation : reader;
  onFailure({ bindings, at, expected, found: found ?? describeMaker(tensor) });
}

function* matchConstant(
  wanted: Extract<Pattern, { kind: 'constant' }>['value'],
  tensor: Tensor | undefined,
  bindings: Bindings,
  walk: Walk,
): Generator<Bindings> {
  const value = tensor === undefined ? undefined : scalarOf(tensor);
  if (value === undefined) return fails(walk, bindings, tensor, 'a constant of one element');
  if (wanted === undefined) {
    yield bindings;
  } else if (typeof wanted === 'number') {
    if (isNear(value, wanted)) yield bindings;
    else fails(walk, bindings, tensor, `the constant ${wanted}`);
  } else {
    const bound = bindings.withValue(wanted.name, value);
    if (bound !== undefined) yield bound;
    else fails(walk, bindings, tensor, `the same constant '${wanted.name}' as elsewhere in the rule`);
  }
}

/** The number in a constant of one element; undefined for anything else, half precisions and bool among it. */
function scalarOf({ dtype, shape, source }: Tensor): number | undefined {
  if (source.kind !== 'constant' || shape.some((dim) => dim !== 1)) return undefined;
  if (dtype !== 'float32' && dtype !== 'int64' && dtype !== 'int32') return undefined;
  const value = source.data[0];
  return value === undefined ? undefined : Number(value);
}

function* matchOperation(
  pattern: OperationPattern,
  tensor: Tensor | undefined,
  bindings: Bindings,
  walk: Walk,
): Generator<Bindings> {
  const source = tensor?.source;
  const wanted = pattern.operator.name;
  if (source?.kind !== 'operation' || source.output !== 0 || source.operation.operator.name !== wanted) {
    return fails(walk, bindings, tensor, `'${wanted}'`);
  }
  const { operation } = source;
  const shared = walk.shared || pattern.shared;
  let bound: Bindings | undefined = shared ? bindings : bindings.withOwned(operation);
  for (const [index, name] of pattern.names.entries()) {
    if (name.name !== '_') bound = bound?.withTensor(name.name, operation.outputs[index]);
  }
  if (bound !== undefined) bound = matchAttributes(pattern, operation, bound, walk.onFailure);
  if (bound === undefined) return;
  const inner: Walk = { shared, reader: operation, onFailure: walk.onFailure };
  yield* matchInputs(pattern.inputs, operation.inputs, 0, bound, inner);
  const [first, second, ...others] = operation.inputs;
  if (operation.operator.commutative === true && first !== second) {
    yield* matchInputs(pattern.inputs, [second, first, ...others], 0, bound, inner);
  }
}

/** Inputs that the pattern does not name must be missing. */
function* matchInputs(
  patterns: readonly Pattern[],
  inputs: Operation['inputs'],
  index: number,
  bindings: Bindings,
  walk: Walk,
): Generator<Bindings> {
  if (index === Math.max(patterns.length, inputs.length)) {
    yield bindings;
    return;
  }
  const pattern = patterns[index] ?? { kind: 'none' };
  for (const bound of match(pattern, inputs[index], bindings, walk)) {
    yield* matchInputs(patterns, inputs, index + 1, bound, walk);
  }
}

/** Attributes that the pattern does not name must be missing or false, unless it says `...`. */
function matchAttributes(
  { attributes, rest }: OperationPattern,
  operation: Operation,
  bindings: Bindings,
  onFailure: OnFailure | undefined,
): Bindings | undefined {
  let bound = bindings;
  for (const pattern of attributes) {
    const next = matchAttribute(pattern, operation, bound);
    if (next === undefined) {
      onFailure?.({ bindings: bound, at: operation, ...attributeFailure(pattern, operation, bound) });
      return undefined;
    }
    bound = next;
  }
  const named = new Set(attributes.map(({ attribute }) => attribute.name));
  const others: Attributes = Object.fromEntries(
    Object.entries(operation.attributes).filter(([name]) => !named.has(name)),
  );
  if (rest) return bound.withRest(others);
  const unnamed = Object.entries(others).find(([, value]) => value !== undefined && value !== false);
  if (unnamed === undefined) return bound;
  const [name, value] = unnamed;
  const found = `${name} = ${describeValue(value)}`;
  onFailure?.({ bindings: bound, at: operation, expected: `no ${name}`, found });
  return undefined;
}

function attributeFailure(
  { attribute: { name }, value: wanted }: AttributePattern,
  operation: Operation,
  bindings: Bindings,
): Pick<Failure, 'expected' | 'found'> {
  const value = 'kind' in wanted ? describeLiteral(wanted) : describeValue(bindings.values.get(wanted.name));
  const given = operation.attributes[name];
  const found = given === undefined ? `no ${name}` : `${name} = ${describeValue(given)}`;
  return { expected: given === undefined ? `an attribute ${name}` : `${name} = ${value}`, found };
}

function matchAttribute(
  { attribute, optional, value: wanted }: AttributePattern,
  operation: Operation,
  bindings: Bindings,
): Bindings | undefined {
  const value = operation.attributes[attribute.name];
  if (value === undefined) return optional ? bindings : undefined;
  if (!('kind' in wanted)) return bindings.withValue(wanted.name, value);
  return fitsLiteral(wanted, value, operation.inputs[0]?.shape.length ?? 0) ? bindings : undefined;
}

/** `last` is -1 or the rank of the first input less one; numbers are compared as constants are. */
function fitsLiteral(literal: Literal, value: AttributeValue, rank: number): boolean {
  if (literal.kind === 'last') return value === -1 || value === rank - 1;
  if (literal.kind === 'literals') {
    const items: Value = value;
    if (typeof items !== 'object' || items.length !== literal.items.length) return false;
    return literal.items.every((item, index) => {
      const given = items[index];
      return (typeof given === 'number' || typeof given === 'string') && fitsLiteral(item, given, rank);
    });
  }
  if (typeof value === 'number' && typeof literal.value === 'number') return isNear(value, literal.value);
  return sameValue(literal.value, value);
}
