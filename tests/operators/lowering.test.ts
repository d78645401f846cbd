import assert from 'node:assert/strict';
import { lowerGraph } from '../../compiler/onnx/lower.ts';
import type { OnnxNode } from '../../compiler/onnx/onnx-graph.ts';
import { decompose } from '../../compiler/passes/decompose.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { attention } from '../../dsl/operators/attention.ts';
import { biasGelu } from '../../dsl/operators/bias-gelu.ts';
import { gatedAdd } from '../../dsl/operators/gated-add.ts';
import { gelu } from '../../dsl/operators/gelu.ts';
import { layerNormalize } from '../../dsl/operators/layer-normalize.ts';
import { linear } from '../../dsl/operators/linear.ts';
import { quickGelu } from '../../dsl/operators/quick-gelu.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { rmsNormalize } from '../../dsl/operators/rms-normalize.ts';
import { rotary } from '../../dsl/operators/rotary.ts';
import { skipLayerNormalize } from '../../dsl/operators/skip-layer-normalize.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { input } from '../support/run-graph.ts';

const x = input('x', 'float32', ['batch', 'text', 8]);
const short = input('short', 'float32', ['batch', 64, 8]);
const one = input('one', 'float32', ['batch', 1, 8]);
const long = input('long', 'float32', ['batch', 1024, 8]);
const y = input('y', 'float32', ['batch', 'keys', 8]);
const weight = input('weight', 'float32', [8, 8]);
const vector = input('vector', 'float32', [8]);
const gate = input('gate', 'float32', [1]);
const cached = input('cached', 'float32', ['batch', 2, 'keys', 4]);
const past = input('past', 'float32', ['batch', 2, 'past', 4]);
const mask = input('mask', 'bool', ['batch', 1, 'text', 'keys']);
const positions = input('positions', 'int64', ['batch', 'text']);
const INPUTS = { x, y, one, short, long, weight, vector, gate, cached, past, mask, positions };

/** The ONNX operators that a tensor becomes, those of ONNX Runtime's own domain marked by a star. */
function lowered(tensor: Tensor, fusion = true, target = 'cpu'): readonly string[] {
  const graph = decompose({ name: 'test', inputs: INPUTS, outputs: { out: tensor } }, { fusion });
  return lowerGraph(graph, { target: targetOf(target), fusion }).nodes.map(({ domain, type }) =>
    domain === '' ? type : `${type}*`,
  );
}

function nodesOfPast(result: Tensor): readonly OnnxNode[] {
  const onCpu = decompose({ name: 'test', inputs: INPUTS, outputs: { result } }, { fusion: true });
  return lowerGraph(onCpu, { target: targetOf('cpu'), fusion: true }).nodes;
}

function readersOfPast(nodes: readonly OnnxNode[]): readonly string[] {
  return nodes.filter(({ inputs }) => inputs.includes('past')).map(({ type }) => type);
}

function branchOf(node: OnnxNode | undefined, name: string): readonly OnnxNode[] {
  const branch = node?.attributes[name];
  assert.ok(typeof branch === 'object' && 'graph' in branch);
  return branch.graph.nodes;
}

describe('lowering', () => {
  it('attends with the flash kernel where nothing is in its way', () => {
    assert.deepEqual(lowered(attention(x, y, y, { heads: 2 }).result), ['MultiHeadAttention*']);
    assert.deepEqual(lowered(attention(x, cached, cached, { heads: 2 }).result), ['MultiHeadAttention*']);
    assert.deepEqual(lowered(attention(long, y, y, { heads: 2 }).result), ['MultiHeadAttention*']);
  });

  it('attends without flash where few queries are known to come, on the CPU', () => {
    const { result } = attention(short, y, y, { heads: 2 });
    assert.deepEqual(lowered(result), ['Attention']);
    assert.deepEqual(lowered(result, true, 'cuda'), ['MultiHeadAttention*']);
  });

  it('attends with one ONNX Attention under a mask or causally', () => {
    assert.deepEqual(lowered(attention(x, y, y, { heads: 2, mask }).result), ['Attention']);
    assert.deepEqual(lowered(attention(x, y, y, { heads: 2, causal: true }).result), ['Attention']);
  });

  it('copies nothing of a past for few queries on the CPU, and leaves it to the kernel for many and on CUDA', () => {
    const attended = (query: Tensor) =>
      attention(query, y, y, { heads: 2, past: { key: past, value: past } }).result;
    const nodes = nodesOfPast(attended(x));
    const choice = nodes.find(({ type }) => type === 'If');
    assert.deepEqual(readersOfPast(branchOf(choice, 'else_branch')), ['FusedMatMul', 'MatMul']);
    assert.deepEqual(readersOfPast(branchOf(choice, 'then_branch')), ['Attention']);
    assert.deepEqual(readersOfPast(nodes), ['Shape']);
    assert.deepEqual(readersOfPast(nodesOfPast(attended(one))), ['FusedMatMul', 'Shape', 'MatMul']);
    assert.deepEqual(readersOfPast(nodesOfPast(attended(long))), ['Attention']);
    assert.ok(lowered(attended(x), true, 'cuda').includes('Attention'));
  });

  it('does not trust other targets to give zero where nothing is allowed', () => {
    const nodes = lowered(attention(x, y, y, { heads: 2, mask }).result, true, 'cuda');
    assert.ok(nodes.includes('Attention') && nodes.includes('ReduceMax') && nodes.at(-1) === 'Where');
  });

  it('uses one fused operator for each fused form', () => {
    assert.deepEqual(lowered(linear(x, weight)), ['FusedMatMul*']);
    assert.deepEqual(lowered(quickGelu(x)), ['QuickGelu*']);
    assert.deepEqual(lowered(biasGelu(x, vector)), ['BiasGelu*']);
    assert.deepEqual(lowered(skipLayerNormalize(x, x, vector, vector)[0] ?? x), ['SkipLayerNormalization*']);
    assert.ok(lowered(gatedAdd(x, x, gate)).includes('GatedAdd*'));
    assert.deepEqual(lowered(gelu(x)), ['Gelu']);
    assert.deepEqual(lowered(layerNormalize(x, vector, vector)), ['LayerNormalization']);
    assert.deepEqual(lowered(rmsNormalize(x, vector)), ['RMSNormalization']);
    assert.ok(lowered(rotary(x, positions, { heads: 2 })).includes('RotaryEmbedding'));
  });

  it('uses nothing of ONNX Runtime alone without fusion', () => {
    const tensors = [
      attention(x, y, y, { heads: 2, mask }).result,
      linear(x, weight, vector),
      quickGelu(x),
      biasGelu(x, vector),
      gatedAdd(x, x, gate),
      ...skipLayerNormalize(x, x, vector),
    ];
    for (const tensor of tensors) {
      const nodes = lowered(tensor, false);
      assert.ok(!nodes.some((type) => type.endsWith('*') || type === 'Attention'), nodes.join(' '));
    }
  });

  it('computes no sizes for a reshape that keeps its open axes in place', () => {
    assert.deepEqual(lowered(reshape(x, ['batch', 'text', 2, 4])), ['Reshape']);
    assert.deepEqual(lowered(reshape(x, ['batch*text', 8])), ['Reshape']);
  });

  it('leaves an output its name, whatever authors call other values by it', () => {
    const doubled = gelu(gelu(x));
    const graph = decompose({ name: 'test', inputs: INPUTS, outputs: { out: doubled } }, { fusion: true });
    const { nodes } = lowerGraph(graph, {
      target: targetOf('cpu'),
      fusion: true,
      nameOf: () => ({ name: 'out', doc: undefined }),
    });
    assert.deepEqual(
      nodes.map(({ outputs }) => outputs),
      [['out_1'], ['out']],
    );
    assert.equal(new Set(nodes.map(({ name }) => name)).size, 2);
  });
});
