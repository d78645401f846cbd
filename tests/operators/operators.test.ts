import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { rewrite } from '../../compiler/graph/rewrite.ts';
import { decompose } from '../../compiler/passes/decompose.ts';
import { foldConstants } from '../../compiler/passes/fold-constants.ts';
import { TARGETS } from '../../compiler/target/target-registry.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import { type RunOptions, runGraph, type Values } from '../support/run-graph.ts';
import {
  buildGraph,
  constantGraph,
  describeSizes,
  drawValues,
  lookup,
  numberOf,
  openGraph,
} from './build-case.ts';
import { Grid, type OperatorCase, type Sizes } from './case.ts';
import { OPERATOR_CASES } from './cases/index.ts';

const FOLDER = new URL('../../dsl/operators/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

describe('operators', () => {
  for (const file of FILES.map((name) => name.slice(0, -3))) {
    describe(file, () => {
      const cases = OPERATOR_CASES.filter((each) => each.file === file);

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
  for (const { name, kernels } of TARGETS)
    if (kernels !== undefined) await compare(open, `as for ${name}, open sizes`, { target: name });
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
