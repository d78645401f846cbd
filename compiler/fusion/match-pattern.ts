import type { Attributes, AttributeValue, Operation, Tensor } from '../../dsl/tensor.ts';
import type { Bindings } from './bindings.ts';
import type { AttributePattern, Literal, OperationPattern, Pattern } from './syntax.ts';
import { isNear, sameValue, type Value } from './value.ts';

/**
 * Every way in which a tensor's expression fits a pattern, as the bindings that each way gives. Commutative operators
 * are tried in both orders and choices in their order; a name that occurs twice must be the same tensor.
 */
export function* matchPattern(
  pattern: Pattern,
  tensor: Tensor | undefined,
  bindings: Bindings,
  shared = false,
): Generator<Bindings> {
  switch (pattern.kind) {
    case 'any':
      if (tensor !== undefined) yield bindings;
      return;
    case 'none':
      if (tensor === undefined) yield bindings;
      return;
    case 'variable': {
      if (tensor === undefined && !pattern.optional) return;
      const bound = bindings.withTensor(pattern.word.name, tensor);
      if (bound !== undefined) yield bound;
      return;
    }
    case 'constant':
      yield* matchConstant(pattern.value, tensor, bindings);
      return;
    case 'choice':
      for (const choice of pattern.choices) {
        for (const matched of matchPattern(choice, tensor, bindings, shared)) {
          const [name] = pattern.names;
          const bound = name === undefined ? matched : matched.withTensor(name.name, tensor);
          if (bound !== undefined) yield bound;
        }
      }
      return;
    case 'operation':
      if (tensor !== undefined) yield* matchOperation(pattern.pattern, tensor, bindings, shared);
  }
}

function* matchConstant(
  wanted: Extract<Pattern, { kind: 'constant' }>['value'],
  tensor: Tensor | undefined,
  bindings: Bindings,
): Generator<Bindings> {
  const value = tensor === undefined ? undefined : scalarOf(tensor);
  if (value === undefined) return;
  if (wanted === undefined) {
    yield bindings;
  } else if (typeof wanted === 'number') {
    if (isNear(value, wanted)) yield bindings;
  } else {
    const bound = bindings.withValue(wanted.name, value);
    if (bound !== undefined) yield bound;
  }
}

/** The number in a constant of one element; undefined for anything else, half precisions and bool among it. */
export function scalarOf({ dtype, shape, source }: Tensor): number | undefined {
  if (source.kind !== 'constant' || shape.some((dim) => dim !== 1)) return undefined;
  if (dtype !== 'float32' && dtype !== 'int64' && dtype !== 'int32') return undefined;
  const value = source.data[0];
  return value === undefined ? undefined : Number(value);
}

function* matchOperation(
  pattern: OperationPattern,
  tensor: Tensor,
  bindings: Bindings,
  within: boolean,
): Generator<Bindings> {
  if (tensor.source.kind !== 'operation' || tensor.source.output !== 0) return;
  const { operation } = tensor.source;
  if (operation.operator.name !== pattern.operator.name) return;
  const shared = within || pattern.shared;
  let bound: Bindings | undefined = shared ? bindings : bindings.withOwned(operation);
  for (const [index, name] of pattern.names.entries()) {
    if (name.name !== '_') bound = bound?.withTensor(name.name, operation.outputs[index]);
  }
  if (bound !== undefined) bound = matchAttributes(pattern, operation, bound);
  if (bound === undefined) return;
  yield* matchInputs(pattern.inputs, operation.inputs, 0, bound, shared);
  const [first, second, ...others] = operation.inputs;
  if (operation.operator.commutative === true && first !== second) {
    yield* matchInputs(pattern.inputs, [second, first, ...others], 0, bound, shared);
  }
}

/** Inputs that the pattern does not name must be missing. */
function* matchInputs(
  patterns: readonly Pattern[],
  inputs: Operation['inputs'],
  index: number,
  bindings: Bindings,
  shared: boolean,
): Generator<Bindings> {
  if (index === Math.max(patterns.length, inputs.length)) {
    yield bindings;
    return;
  }
  const pattern = patterns[index] ?? { kind: 'none' };
  for (const bound of matchPattern(pattern, inputs[index], bindings, shared)) {
    yield* matchInputs(patterns, inputs, index + 1, bound, shared);
  }
}

/** Attributes that the pattern does not name must be missing or false, unless it says `...`. */
function matchAttributes(
  { attributes, rest }: OperationPattern,
  operation: Operation,
  bindings: Bindings,
): Bindings | undefined {
  let bound: Bindings | undefined = bindings;
  for (const pattern of attributes) {
    bound = matchAttribute(pattern, operation, bound);
    if (bound === undefined) return undefined;
  }
  const named = new Set(attributes.map(({ attribute }) => attribute.name));
  const others: Attributes = Object.fromEntries(
    Object.entries(operation.attributes).filter(([name]) => !named.has(name)),
  );
  if (rest) return bound.withRest(others);
  return Object.values(others).every((value) => value === undefined || value === false) ? bound : undefined;
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
