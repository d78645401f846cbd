import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { decompose } from '../../compiler/passes/decompose.ts';
import { foldConstants } from '../../compiler/passes/fold-constants.ts';
import { rewrite } from '../../compiler/passes/rewrite.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import { constant } from '../../dsl/operators/constant.ts';
import { evaluateDim } from '../../dsl/shape/dim.ts';
import type { Dim, Tensor } from '../../dsl/tensor.ts';
import { input, type RunOptions, runGraph, type Values } from '../support/run-graph.ts';
import { type CaseInput, Grid, type OperatorCase, type Sizes } from './case.ts';
import { activationCases } from './cases/activation-cases.ts';
import { attentionCases } from './cases/attention-cases.ts';
import { elementwiseCases } from './cases/elementwise-cases.ts';
import { movementCases } from './cases/movement-cases.ts';
import { normalisationCases } from './cases/normalisation-cases.ts';
import { positionCases } from './cases/position-cases.ts';
import { productCases } from './cases/product-cases.ts';

const CASES: readonly OperatorCase[] = [
  ...elementwiseCases,
  ...activationCases,
  ...movementCases,
  ...productCases,
  ...normalisationCases,
  ...positionCases,
  ...attentionCases,
];

const FOLDER = new URL('../../dsl/operators/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

describe('operators', () => {
  for (const file of FILES.map((name) => name.slice(0, -3))) {
    describe(file, () => {
      const cases = CASES.filter((each) => each.file === file);

      it('is covered, with every operator it defines', async () => {
        const used = new Set(
          cases.flatMap((each) => operationsOf(openGraph(each)).map(({ operator }) => operator)),
        );
        const module: Record<string, unknown> = await import(new URL(`${file}.ts`, FOLDER).href);
        const defined = Object.entries(module).filter(([name]) => name.endsWith('Operator'));
        assert.ok(cases.length > 0, `no case covers ${file}.ts`);
        for (const [name, operator] of defined) {
          assert.ok(
            [...used].some((each) => each === operator),
            `no case uses ${name}`,
          );
        }
      });

      for (const each of cases) {
        for (const sizes of each.sizes ?? [{}]) {
          it(`${each.name} ${describeSizes(sizes)}`, () => checkCase(each, sizes));
        }
      }
    });
  }

  it('have names of their own', async () => {
    const names: string[] = [];
    for (const file of FILES) {
      const module: Record<string, unknown> = await import(new URL(file, FOLDER).href);
      for (const [key, value] of Object.entries(module)) {
        if (!key.endsWith('Operator') || typeof value !== 'object' || value === null || !('name' in value))
          continue;
        assert.equal(key, `${value.name}Operator`);
        names.push(String(value.name));
      }
    }
    assert.deepEqual(names, [...new Set(names)]);
  });
});

async function checkCase(each: OperatorCase, sizes: Sizes): Promise<void> {
  const feeds = Object.fromEntries(
    Object.entries(each.inputs).map(([name, given]) => [name, drawValues(name, given, sizes)]),
  );
  const grids = new Map(
    Object.entries(feeds).map(([name, { shape, data }]) => [name, new Grid(shape, data)]),
  );
  const computed = each.expected(
    (name) => lookup(grids, name),
    (name) => lookup(new Map(Object.entries(sizes)), name),
  );
  const wanted = computed instanceof Grid ? [computed] : computed;
  const compare = async (graph: Graph, how: string, options: RunOptions = {}) => {
    checkShapes(graph, wanted, sizes, how);
    checkValues(await runGraph(graph, feeds, options), wanted, each, how);
  };

  const open = openGraph(each);
  const fixed = buildGraph(each, (dim) => numberOf(dim, sizes));
  await compare(open, 'fused, open sizes');
  await compare(open, 'plain, open sizes', { fusion: false });
  await compare(fixed, 'fused, fixed sizes');
  await compare(fixed, 'plain, fixed sizes', { fusion: false });
  await compare(open, 'as on CUDA, open sizes', { target: 'cuda' });
  await compare(fullyDecomposed(open), 'decomposed, open sizes');

  const folded = foldConstants(decompose(constantGraph(each, feeds, sizes), { fusion: true }));
  const left = operationsOf(folded);
  if (left.length === 0 && wanted.length > 0) {
    checkShapes(folded, wanted, sizes, 'folded');
    checkValues(constantValues(folded), wanted, each, 'folded');
  } else {
    assert.notEqual(each.folds, true, `not folded: ${left.map(({ operator }) => operator.name).join(', ')}`);
  }
}

function openGraph(each: OperatorCase): Graph {
  return buildGraph(each, (dim) => dim);
}

function buildGraph(each: OperatorCase, dim: (open: Dim) => Dim): Graph {
  const inputs = Object.fromEntries(
    Object.entries(each.inputs).map(([name, { dtype = 'float32', shape }]) => [
      name,
      input(name, dtype, shape.map(dim)),
    ]),
  );
  return graphOf(each, inputs, inputs, dim);
}

function constantGraph(each: OperatorCase, feeds: Readonly<Record<string, Values>>, sizes: Sizes): Graph {
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

/** Every operator replaced by its definition until none has one. */
function fullyDecomposed(graph: Graph): Graph {
  const next = rewrite(graph, ({ operator, inputs, attributes }) => operator.decompose?.(inputs, attributes));
  return operationsOf(next).some(({ operator }) => operator.decompose !== undefined)
    ? fullyDecomposed(next)
    : next;
}

function checkShapes(graph: Graph, wanted: readonly Grid[], sizes: Sizes, how: string): void {
  const shapes = Object.values(graph.outputs).map(({ shape }) => shape.map((dim) => numberOf(dim, sizes)));
  assert.deepEqual(
    shapes,
    wanted.map(({ shape }) => shape),
    `inferred shapes (${how})`,
  );
}

function checkValues(
  results: Readonly<Record<string, Values>>,
  wanted: readonly Grid[],
  { tolerance = 1e-5, exactZeros = false }: OperatorCase,
  how: string,
): void {
  for (const [index, grid] of wanted.entries()) {
    const result = results[`out${index}`];
    assert.ok(result !== undefined, `output ${index} (${how})`);
    assert.deepEqual(result.shape, grid.shape, `shape of output ${index} (${how})`);
    for (const [place, value] of grid.data.entries()) {
      const found: number = result.data[place] ?? Number.NaN;
      const near =
        Object.is(found, value) || Math.abs(found - value) <= tolerance * Math.max(1, Math.abs(value));
      assert.ok(near, `output ${index} at ${place} is ${found}, expected ${value} (${how})`);
      if (exactZeros && value === 0) assert.equal(Math.abs(found), 0, `output ${index} at ${place} (${how})`);
    }
  }
}

function constantValues(graph: Graph): Readonly<Record<string, Values>> {
  return Object.fromEntries(
    Object.entries(graph.outputs).map(([name, { dtype, shape, source }]) => {
      assert.ok(source.kind === 'constant');
      return [name, { dtype, shape: shape.map(Number), data: Array.from(source.data, Number) }];
    }),
  );
}

/** The same values on every run: a linear congruential generator (Numerical Recipes) started by the input's name. */
function drawValues(
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

function numberOf(dim: Dim, sizes: Sizes): number {
  const value = evaluateDim(dim, new Map(Object.entries(sizes)));
  assert.ok(value !== undefined, `size ${dim}`);
  return value;
}

function lookup<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  assert.ok(found !== undefined, `the case has no '${name}'`);
  return found;
}

function describeSizes(sizes: Sizes): string {
  return Object.entries(sizes)
    .map(([name, size]) => `${name}=${size}`)
    .join(' ');
}
