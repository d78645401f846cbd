import assert from 'node:assert/strict';
import type { Graph } from '../../dsl/graph.ts';
import { constant } from '../../dsl/operators/constant.ts';
import { evaluateDim } from '../../dsl/shape/dim.ts';
import type { Dim, Tensor } from '../../dsl/tensor.ts';
import { input, type Values } from '../support/run-graph.ts';
import type { CaseInput, OperatorCase, Sizes } from './case.ts';

/** The case as it is written, with its open sizes. */
export function openGraph(each: OperatorCase): Graph {
  return buildGraph(each, (dim) => dim);
}

/** The case with other sizes in the place of its open ones. */
export function buildGraph(each: OperatorCase, dim: (open: Dim) => Dim): Graph {
  const inputs = Object.fromEntries(
    Object.entries(each.inputs).map(([name, { dtype = 'float32', shape }]) => [
      name,
      input(name, dtype, shape.map(dim)),
    ]),
  );
  return graphOf(each, inputs, inputs, dim);
}

/** The case on constants in the place of its inputs. */
export function constantGraph(
  each: OperatorCase,
  feeds: Readonly<Record<string, Values>>,
  sizes: Sizes,
): Graph {
  const constants = Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape, dtype }]) => [name, constant(data, shape, dtype)]),
  );
  return graphOf(each, {}, constants, (dim) => numberOf(dim, sizes));
}

function graphOf(
  each: OperatorCase,
  inputs: Readonly<Record<string, Tensor>>,
  leaves: Readonly<Record<string, Tensor>>,
  dim: (open: Dim) => Dim,
): Graph {
  const built = each.build((name) => lookup(new Map(Object.entries(leaves)), name), dim);
  const outputs: readonly Tensor[] = 'source' in built ? [built] : built;
  return {
    name: each.file,
    inputs,
    outputs: Object.fromEntries(outputs.map((tensor, index) => [`out${index}`, tensor])),
  };
}

/** The same values on every run: a linear congruential generator (Numerical Recipes) started by the input's name. */
export function drawValues(
  name: string,
  { shape, dtype = 'float32', draw, values }: CaseInput,
  sizes: Sizes,
): Values {
  const fixed = shape.map((dim) => numberOf(dim, sizes));
  const count = fixed.reduce((product, size) => product * size, 1);
  if (values !== undefined) {
    assert.equal(values.length, count, `values of ${name}`);
    return { dtype, shape: fixed, data: values };
  }
  const usual =
    dtype === 'float32'
      ? (u: number) => 4 * u - 2
      : (u: number) => Math.floor(u * (dtype === 'bool' ? 2 : 7));
  let state = [...name].reduce((seed, letter) => seed * 31 + (letter.codePointAt(0) ?? 0), 7);
  const data = Array.from({ length: count }, () => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    const value = (draw ?? usual)(state / 2 ** 32);
    return dtype === 'float32' ? Math.fround(value) : value;
  });
  return { dtype, shape: fixed, data };
}

/** A size once its names are known. */
export function numberOf(dim: Dim, sizes: Sizes): number {
  const value = evaluateDim(dim, new Map(Object.entries(sizes)));
  assert.ok(value !== undefined, `size ${dim}`);
  return value;
}

export function lookup<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  assert.ok(found !== undefined, `the case has no '${name}'`);
  return found;
}

export function describeSizes(sizes: Sizes): string {
  return Object.entries(sizes)
    .map(([name, size]) => `${name}=${size}`)
    .join(' ');
}
