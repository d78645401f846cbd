import { describeShape } from '../../dsl/operator.ts';
import { isParameter } from '../../dsl/parameter.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { describeLeaf } from '../graph/print-graph.ts';
import type { Bindings } from './bindings.ts';
import type { Expression, Literal, ShapeItem } from './syntax.ts';
import type { Value } from './value.ts';

/** Why one way of matching a form went no further. */
export interface Failure {
  /** The names and operations that had fitted before. */
  readonly bindings: Bindings;
  /** Where it went no further: the operation that does not fit, or the one that reads what does not. */
  readonly at: Operation | undefined;
  /** What the form asks for there, as in `'softmax'` or `weight to be a parameter`. */
  readonly expected: string;
  /** What is there instead. */
  readonly found: string;
}

/** Told of every failure while a form is matched; matching itself does not depend on it. */
export type OnFailure = (failure: Failure) => void;

/** What a tensor is made by, in a few words: `'multiply'`, `@vision.proj`, `(0.5)`, `nothing`. */
export function describeMaker(tensor: Tensor | undefined): string {
  if (tensor === undefined) return 'nothing';
  const { source } = tensor;
  if (source.kind !== 'operation')
    return isParameter(tensor) ? `the parameter ${describeLeaf(tensor)}` : describeLeaf(tensor);
  const { name } = source.operation.operator;
  return source.output === 0 ? `'${name}'` : `output ${source.output} of '${name}'`;
}

export function describeType({ dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>): string {
  return `${dtype} ${describeShape(shape)}`;
}

export function describeValue(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? `[${value.map(describeValue).join(', ')}]` : String(value);
}

/** A literal of a rule as it is written there. */
export function describeLiteral(literal: Literal): string {
  if (literal.kind === 'last') return 'last';
  if (literal.kind === 'literals') return `[${literal.items.map(describeLiteral).join(', ')}]`;
  return String(literal.value);
}

/** A declared shape as it is written in a rule. */
export function describeShapeItems(items: readonly ShapeItem[]): string {
  const words = items.map((item) =>
    item.kind === 'rest' ? '...' : item.kind === 'any' ? '_' : describeExpression(item.size),
  );
  return `[${words.join(', ')}]`;
}

/** An expression as it is written in a rule. */
export function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return String(expression.value);
    case 'name':
      return expression.word.name;
    case 'list':
      return `[${expression.items.map(describeExpression).join(', ')}]`;
    case 'call':
      return `${expression.callee.name}(${expression.arguments.map(describeExpression).join(', ')})`;
    case 'arithmetic':
      return `${describeExpression(expression.left)} ${expression.operator} ${describeExpression(expression.right)}`;
  }
}
