import assert from 'node:assert/strict';
import { compileGraph } from '../../compiler/compile-graph.ts';
import type { OnnxGraph, OnnxNode } from '../../compiler/onnx/onnx-graph.ts';
import { fallbacksOf } from '../../compiler/target/fallbacks.ts';
import { targetOf } from '../../compiler/target/target.ts';
import type { Dtype } from '../../dsl/dtype.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { opt } from '../../models/opt/opt.ts';

function graphOf(type: string, inputDtypes: readonly (Dtype | undefined)[], domain = ''): OnnxGraph {
  const node: OnnxNode = {
    name: 'node',
    type,
    domain,
    inputs: inputDtypes.map((_, index) => `${index}`),
    outputs: ['result'],
    attributes: {},
    doc: undefined,
    inputDtypes,
  };
  return { name: 'graph', inputs: [], outputs: [], nodes: [node], constants: [], parameters: [] };
}

describe('fallbacks to the CPU', () => {
  it('are named with the node, the operator and the reason', () => {
    assert.deepEqual(fallbacksOf(graphOf('GatedAdd', ['float16'], 'com.microsoft'), targetOf('cuda')), [
      {
        node: 'node',
        operator: 'com.microsoft.GatedAdd',
        reason: 'the provider has no kernel of this operator',
      },
    ]);
    assert.deepEqual(fallbacksOf(graphOf('Where', ['bool', 'bool', 'bool']), targetOf('cuda')), [
      {
        node: 'node',
        operator: 'Where',
        reason:
          "input 1 is bool, but the provider's kernels take float32, float16, bfloat16, int64, int32, uint8 there",
      },
    ]);
  });

  it('are none where a kernel takes the dtypes, or where they are not known', () => {
    assert.deepEqual(fallbacksOf(graphOf('Where', ['bool', 'float16', 'float16']), targetOf('cuda')), []);
    assert.deepEqual(fallbacksOf(graphOf('Where', ['bool', undefined, undefined]), targetOf('cuda')), []);
    assert.deepEqual(fallbacksOf(graphOf('GatedAdd', ['float32'], 'com.microsoft'), targetOf('cpu')), []);
  });

  it('are none in a Flamingo on OPT, fused or plain', () => {
    const program = flamingo({
      name: 'small',
      convention: 'open-flamingo',
      vision: clipVit({ image: 12, patch: 4, dim: 16, layers: 2, heads: 2 }),
      resampler: { depth: 2, heads: 2, headDim: 8, latents: 4 },
      language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 20, contextLength: 64 }),
      crossAttention: { every: 1, heads: 2, headDim: 8 },
    });
    for (const graph of [program.graphs.vision, program.graphs.language]) {
      for (const fusion of [true, false]) {
        const { onnx, report } = compileGraph(graph, { target: 'cuda', fusion });
        assert.deepEqual(fallbacksOf(onnx, targetOf('cuda')), []);
        assert.deepEqual(report.refusals, []);
      }
    }
  });
});
