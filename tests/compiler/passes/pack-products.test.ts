import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../../compiler/compile.ts';
import { compileGraph } from '../../../compiler/compile-graph.ts';
import { relink } from '../../../compiler/relink.ts';
import type { Graph } from '../../../dsl/graph.ts';
import { input, linear, nameParameters } from '../../../dsl/index.ts';
import type { QuantisedFormat } from '../../../dsl/precision.ts';
import { program } from '../../../dsl/program/program.ts';
import { loadGraph } from '../../../runtime/graph.ts';

const WIDTH = 64;
const ROWS = 3;

/** Products of the graphs' one value, by the names of the layers, in which order each graph asks for them. */
function products(
  graphs: Readonly<Record<string, readonly string[]>>,
  { bias = true, rows = 'rows' as number | string } = {},
) {
  const widths = { query: 32, key: 16, value: 8 };
  const layers = Object.fromEntries(
    Object.entries(widths).map(([name, width]) => [name, linear(WIDTH, width, { bias: bias as true })]),
  );
  const named = nameParameters(layers);
  const x = input('x', 'float32', [rows, WIDTH]);
  const placed = Object.entries(graphs).map(([name, order]): [string, Graph] => {
    const outputs = order.flatMap((each) => {
      const layer = layers[each];
      return layer === undefined ? [] : [[each, layer(x)] as const];
    });
    return [name, named.place({ name, inputs: { x }, outputs: Object.fromEntries(outputs) })];
  });
  return program({
    name: 'products',
    parts: layers,
    graphs: Object.fromEntries(placed),
    checkpointNames: [],
    facts: { options: {} },
  });
}

const ALL = ['query', 'key', 'value'];
const valuesOf = (graph: Graph | undefined, precision: QuantisedFormat) => {
  assert.ok(graph);
  const { onnx } = compileGraph(graph, { precision });
  return onnx.parameters.flatMap(({ name }) => (name.endsWith('values') ? [name] : []));
};

describe('products of one value', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pack-'));
  });
  after(() => rm(folder, { recursive: true }));

  const x = Float32Array.from({ length: ROWS * WIDTH }, (_, index) => Math.sin(index * index));

  async function results(directory: string, graph: string): Promise<Record<string, Float32Array>> {
    await using loaded = await loadGraph(directory, { graph });
    const outputs = await loaded.run({ x: { data: x, shape: [ROWS, WIDTH] } });
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => {
        assert.ok(data instanceof Float32Array);
        return [name, data];
      }),
    );
  }

  for (const bias of [true, false]) {
    it(`are one product with the same numbers, ${bias ? 'with' : 'without'} biases`, async () => {
      const alone = Object.fromEntries(ALL.map((name) => [name, [name]]));
      const model = products({ all: ALL, ...alone }, { bias });
      const out = join(folder, `bias-${bias}`);
      await compile(model, { out, precision: 'int4', seed: 3 });
      assert.deepEqual(valuesOf(model.graphs.all, 'int4'), ['{query,key,value}.weight.int4.values']);
      const together = await results(out, 'all');
      for (const name of ALL) assert.deepEqual((await results(out, name))[name], together[name]);
    });
  }

  it('stay apart where they always have several rows, and where there is one', () => {
    const apart = ALL.map((name) => `${name}.weight.int4.values`);
    assert.deepEqual(valuesOf(products({ all: ALL }, { rows: 5 }).graphs.all, 'int4'), apart);
    assert.deepEqual(valuesOf(products({ all: ['key'] }).graphs.all, 'int4'), ['key.weight.int4.values']);
  });

  it('keep their weights under their own names, and take others by relinking', async () => {
    const model = products({ all: ALL });
    const [out, other] = [join(folder, 'out'), join(folder, 'other')];
    const manifest = await compile(model, { out, precision: 'int4', seed: 1 });
    await compile(model, { out: other, seed: 2 });
    const table = JSON.parse(await readFile(join(out, 'parameters.json'), 'utf8'));
    assert.deepEqual(
      Object.keys(table.parameters).sort(),
      ALL.flatMap((name) =>
        ['bias', 'weight.int4.scales', 'weight.int4.values'].map((end) => `${name}.${end}`),
      ).sort(),
    );
    const before = await results(out, 'all');
    await relink(out, manifest, { weights: [join(other, 'weights.safetensors')], copyWeights: true });
    const after = await results(out, 'all');
    const direct = join(folder, 'direct');
    await compile(model, { out: direct, precision: 'int4', seed: 2 });
    assert.notDeepEqual(before, after);
    assert.deepEqual(after, await results(direct, 'all'));
  });

  it('stay apart in a graph that would join what another joins in another order', async () => {
    const model = products({ all: ALL, turned: ALL.toReversed(), part: ['key', 'value'] });
    const out = join(folder, 'turned');
    const graphs: Record<string, number> = {};
    await compile(model, {
      ...{ out, precision: 'int4' },
      onGraph: (name, { onnx }) => {
        graphs[name] = onnx.nodes.filter(({ type }) => type === 'MatMulNBits').length;
      },
    });
    assert.deepEqual(graphs, { all: 1, turned: 3, part: 1 });
    const [all, turned, part] = [
      await results(out, 'all'),
      await results(out, 'turned'),
      await results(out, 'part'),
    ];
    assert.deepEqual(turned, { value: all.value, key: all.key, query: all.query });
    assert.deepEqual(part, { key: all.key, value: all.value });
  });
});
