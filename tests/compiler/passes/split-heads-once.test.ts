import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { rewrite } from '../../../compiler/graph/rewrite.ts';
import { pipeline } from '../../../compiler/passes/pipeline.ts';
import { splitHeadsOnce } from '../../../compiler/passes/split-heads-once.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { type Graph, operatorCounts } from '../../../dsl/graph.ts';
import { attention } from '../../../dsl/operators/attention.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import { rotary, rotaryOperator } from '../../../dsl/operators/rotary.ts';
import { split } from '../../../dsl/operators/split.ts';
import { tanh } from '../../../dsl/operators/tanh.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { input, runGraph, type Values } from '../../support/run-graph.ts';

const HEAD = 8;

interface Form {
  readonly heads: number;
  readonly keyValueHeads: number;
  /** Features of a head that turn; 0: none. */
  readonly turning: number;
  readonly interleaved: boolean;
  readonly past: boolean;
  readonly masked: boolean;
  /** What is done with the part that holds the keys before it is split into heads. */
  readonly withKeys: (keys: Tensor) => Tensor;
}

const LLAMA: Form = {
  heads: 4,
  keyValueHeads: 2,
  turning: HEAD,
  interleaved: false,
  past: true,
  masked: true,
  withKeys: (keys) => keys,
};

/** Attention of queries, keys and values that are parts of one value. */
function parts({ heads, keyValueHeads, turning, interleaved, past, masked, withKeys }: Form): Graph {
  const [queries, keys] = [heads * HEAD, keyValueHeads * HEAD];
  const joined = input('joined', 'float32', ['batch', 'text', queries + 2 * keys]);
  const positions = input('positions', 'int64', ['batch', 'text']);
  const mask = input('mask', 'bool', ['batch', 1, 'text', past ? 'past+text' : 'text']);
  const key = input('past_key', 'float32', ['batch', keyValueHeads, 'past', HEAD]);
  const value = input('past_value', 'float32', ['batch', keyValueHeads, 'past', HEAD]);
  const [q, k, v] = split(joined, [queries, keys, keys], -1) as readonly Tensor[];
  assert.ok(q && k && v);
  const turned = (x: Tensor, of: number): Tensor =>
    turning === 0 ? x : rotary(x, positions, { heads: of, dim: turning, interleaved });
  const { result, newKey, newValue } = attention(turned(q, heads), turned(withKeys(k), keyValueHeads), v, {
    ...{ heads, keyValueHeads },
    ...(masked ? { mask } : { causal: true }),
    ...(past && { past: { key, value } }),
  });
  return {
    name: 'parts',
    inputs: {
      joined,
      ...(turning > 0 && { positions }),
      ...(masked && { mask }),
      ...(past && { past_key: key, past_value: value }),
    },
    outputs: { result, newKey, newValue },
  };
}

const CPU = targetOf('cpu');
const optimised = (graph: Graph) => pipeline(graph, { target: CPU, fusion: true, verify: true }).graph;
const splitsOnce = (graph: Graph) => operatorCounts(optimised(graph)).get('transpose') === 1;

function feedsOf(graph: Graph, sizes: Readonly<Record<string, number>>): Readonly<Record<string, Values>> {
  return Object.fromEntries(
    Object.entries(graph.inputs).map(([name, { dtype, shape }], salt) => {
      const dims = shape.map((dim) =>
        typeof dim === 'number' ? dim : dim.split('+').reduce((sum, each) => sum + (sizes[each] ?? 0), 0),
      );
      const length = dims.reduce((product, each) => product * each, 1);
      const data = Array.from({ length }, (_, index) => {
        if (dtype === 'int64') return (index * 3) % 11;
        return dtype === 'bool' ? Number(index % 3 !== 1) : Math.sin(salt + index * index * 0.37);
      });
      return [name, { dtype, shape: dims, data }];
    }),
  );
}

function assertAlike(
  found: Readonly<Record<string, Values>>,
  expected: Readonly<Record<string, Values>>,
): void {
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    assert.deepEqual(found[name]?.shape, shape);
    data.forEach((value, index) => {
      const other = found[name]?.data[index] ?? Number.NaN;
      assert.ok(Math.abs(value - other) <= 1e-5, `${name}[${index}] is ${other}, not ${value}`);
    });
  }
}

describe('heads of one product', () => {
  it('are split once, and give what they give one by one and in plain ONNX', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          form: fc.constantFrom([4, 4], [4, 2], [6, 1]),
          turning: fc.constantFrom(0, 4, HEAD),
          interleaved: fc.boolean(),
          masked: fc.boolean(),
          batch: fc.integer({ min: 1, max: 3 }),
          text: fc.integer({ min: 1, max: 4 }),
          past: fc.integer({ min: 0, max: 5 }),
        }),
        async ({ form: [heads = 1, keyValueHeads = 1], turning, interleaved, masked, ...sizes }) => {
          const graph = parts({ ...LLAMA, heads, keyValueHeads, turning, interleaved, masked });
          assert.ok(splitsOnce(graph));
          const feeds = feedsOf(graph, sizes);
          const found = await runGraph(optimised(graph), feeds);
          assertAlike(found, await runGraph(graph, feeds));
          assertAlike(found, await runGraph(graph, feeds, { fusion: false }));
          assertAlike(found, await runGraph(optimised(graph), feeds, { fusion: false }));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are split one by one where a part is changed or read besides, where there is no cache, or on other targets', () => {
    assert.ok(!splitsOnce(parts({ ...LLAMA, withKeys: (keys) => relu(keys) })));
    let read: Tensor | undefined;
    const graph = parts({
      ...LLAMA,
      withKeys: (keys) => {
        read = tanh(keys);
        return keys;
      },
    });
    assert.ok(read);
    assert.ok(!splitsOnce({ ...graph, outputs: { ...graph.outputs, read } }));
    const whole = parts({ ...LLAMA, past: false });
    assert.equal(splitHeadsOnce(whole), whole);
    const elsewhere = pipeline(parts(LLAMA), { target: targetOf('cuda'), fusion: true }).graph;
    assert.equal(operatorCounts(elsewhere).get('transpose'), 2);
  });

  it('turn alike by head whether rotary is one operator or written out', async () => {
    for (const interleaved of [true, false]) {
      for (const turning of [4, HEAD]) {
        const graph = optimised(parts({ ...LLAMA, turning, interleaved }));
        const written = rewrite(graph, ({ operator, inputs, attributes }) =>
          operator === rotaryOperator ? operator.decompose?.(inputs, attributes) : undefined,
        );
        assert.equal(operatorCounts(written).get('rotary'), undefined);
        const feeds = feedsOf(graph, { batch: 2, text: 3, past: 2 });
        assertAlike(await runGraph(written, feeds), await runGraph(graph, feeds));
      }
    }
  });
});
