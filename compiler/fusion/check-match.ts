import { isParameter } from '../../dsl/parameter.ts';
import { canonicalDim } from '../../dsl/shape/dim.ts';
import type { Dim, Shape } from '../../dsl/tensor.ts';
import type { Bindings } from './bindings.ts';
import {
  describeExpression,
  describeMaker,
  describeShapeItems,
  describeType,
  describeValue,
  type OnFailure,
} from './near-miss.ts';
import type { Form } from './rule.ts';
import type { Declaration, ShapeItem } from './syntax.ts';
import { compare, evaluate, sameValue } from './value.ts';

/** The name that `...` is bound to: it stands for the same axes wherever a form writes it. */
const REST = '...';

/**
 * Checks what a form demands beyond its pattern: the declarations after `with`, which also bind the names of sizes,
 * and the conditions after `when`. Returns the bindings with the sizes, or undefined where something does not hold.
 * A missing optional input fits any declaration.
 */
export function checkMatch(form: Form, bindings: Bindings, onFailure?: OnFailure): Bindings | undefined {
  let bound = bindings;
  const refuse = (word: string, expected: string): undefined => {
    const tensor = bound.tensors.get(word);
    const at = tensor?.source.kind === 'operation' ? tensor.source.operation : undefined;
    const found = tensor === undefined ? 'nothing' : `${describeType(tensor)}, ${describeMaker(tensor)}`;
    onFailure?.({ bindings: bound, at, expected, found });
  };
  for (const declaration of form.declarations) {
    const next = bindDeclaration(declaration, bound);
    if (next === undefined) return refuse(declaration.word.name, describeDeclaration(declaration, bound));
    bound = next;
  }
  for (const declaration of form.declarations) {
    const { word, shape } = declaration;
    const tensor = bound.tensors.get(word.name);
    if (tensor !== undefined && shape !== undefined && !fitsFormulas(shape, tensor.shape, bound))
      return refuse(word.name, describeDeclaration(declaration, bound));
  }
  for (const { left, comparison, right } of form.conditions) {
    const [one, other] = [evaluate(left, bound), evaluate(right, bound)];
    if (compare(comparison, one, other)) continue;
    const expected = `${describeExpression(left)} ${comparison} ${describeExpression(right)}`;
    const found = `${describeValue(one)} and ${describeValue(other)}`;
    onFailure?.({ bindings: bound, at: undefined, expected, found });
    return undefined;
  }
  return bound;
}

/** `weight to be a parameter float32 [out, in], where in is 64`. */
function describeDeclaration({ word, parameter, dtype, shape }: Declaration, { values }: Bindings): string {
  const names = (shape ?? []).flatMap((item) =>
    item.kind === 'size' && item.size.kind === 'name' ? [item.size.word.name] : [],
  );
  const known = names.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [`${name} is ${describeValue(value)}`];
  });
  const wanted = [
    ...(parameter ? ['a parameter'] : []),
    ...(dtype === undefined ? [] : [dtype.name]),
    ...(shape === undefined ? [] : [describeShapeItems(shape)]),
  ].join(' ');
  return `'${word.name}' to be ${wanted}${known.length === 0 ? '' : `, where ${known.join(' and ')}`}`;
}

function bindDeclaration(
  { word, parameter, dtype, shape }: Declaration,
  bindings: Bindings,
): Bindings | undefined {
  const tensor = bindings.tensors.get(word.name);
  if (tensor === undefined) return bindings;
  if (parameter && !isParameter(tensor)) return undefined;
  if (dtype !== undefined && tensor.dtype !== dtype.name) return undefined;
  if (shape === undefined) return bindings;
  const pairs = align(shape, tensor.shape);
  if (pairs === undefined) return undefined;
  let bound: Bindings | undefined = bindings;
  for (const { item, dims } of pairs) {
    if (item.kind === 'rest') bound = bound.withValue(REST, dims.map(canonicalDim));
    const [dim] = dims;
    if (item.kind === 'size' && item.size.kind === 'name' && dim !== undefined) {
      bound = bound?.withValue(item.size.word.name, canonicalDim(dim));
    }
    if (bound === undefined) return undefined;
  }
  return bound;
}

/** Sizes that are not plain names (`1`, `heads*width`), once the names are bound. */
function fitsFormulas(items: readonly ShapeItem[], shape: Shape, bindings: Bindings): boolean {
  return (align(items, shape) ?? []).every(({ item, dims: [dim] }) => {
    if (item.kind !== 'size' || item.size.kind === 'name' || dim === undefined) return true;
    const expected = evaluate(item.size, bindings);
    return expected !== undefined && sameValue(expected, canonicalDim(dim));
  });
}

/** Which axes each item of a declared shape stands for; undefined when the rank does not fit. */
function align(
  items: readonly ShapeItem[],
  shape: Shape,
): readonly { readonly item: ShapeItem; readonly dims: readonly Dim[] }[] | undefined {
  const spare = shape.length - items.length;
  const hasRest = items.some(({ kind }) => kind === 'rest');
  if (hasRest ? spare < -1 : spare !== 0) return undefined;
  let axis = 0;
  return items.map((item) => {
    const width = item.kind === 'rest' ? spare + 1 : 1;
    const dims = shape.slice(axis, axis + width);
    axis += width;
    return { item, dims };
  });
}
