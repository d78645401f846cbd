import { isParameter } from '../../dsl/parameter.ts';
import { canonicalDim } from '../../dsl/shape/dim.ts';
import type { Dim, Shape } from '../../dsl/tensor.ts';
import type { Bindings } from './bindings.ts';
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
export function checkMatch(form: Form, bindings: Bindings): Bindings | undefined {
  let bound: Bindings | undefined = bindings;
  for (const declaration of form.declarations) {
    bound = bindDeclaration(declaration, bound);
    if (bound === undefined) return undefined;
  }
  for (const { word, shape } of form.declarations) {
    const tensor = bound.tensors.get(word.name);
    if (tensor !== undefined && shape !== undefined && !fitsFormulas(shape, tensor.shape, bound))
      return undefined;
  }
  const environment = bound;
  const holds = form.conditions.every(({ left, comparison, right }) =>
    compare(comparison, evaluate(left, environment), evaluate(right, environment)),
  );
  return holds ? bound : undefined;
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
